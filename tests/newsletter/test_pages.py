"""Asking, confirming, changing and leaving by plain forms, without cookies."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

import factories
from coupons.models import Coupon
from dom import HTMX, body, form, parse, pieces
from letters import ADA, link, mails, on_the_list, sign_up
from newsletter.models import Consent, Subscriber, Topic
from outbox.models import Message
from visiting import Visitor, heading, member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
State = Subscriber.State
WEBMAIL = [
    {},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"},
    {"Origin": "https://mail.example"},
    {"Sec-Fetch-Site": "same-origin"},
]


def state(email=ADA):
    return Subscriber.objects.get(email=email).state


def stranger():
    """A browser without cookies, whom the protection of forms does not wave through."""
    return Client(enforce_csrf_checks=True)


def paths(subscriber):
    return {name: urlsplit(getattr(subscriber, f"{name}_url")).path for name in PAGES}


PAGES = ("preferences", "leave")


@pytest.mark.parametrize("wrong", ["9" * 25, "-1", "x"])
def test_a_topic_that_cannot_be_is_no_choice(topics, wrong):
    ada = Visitor()
    ada.client.force_login(member(ADA))
    subscriber = on_the_list(ADA)
    for browser, address in (
        (ada.client, "/account/newsletter/"),
        (stranger(), paths(subscriber)["preferences"]),
    ):
        answer = browser.post(address, {"topics": [topics[0].pk, wrong], "language": "en"})
        assert answer.status_code == 422, address
        assert "Choose among these." in answer.text


class TestAsking:
    def test_from_any_page_without_a_token(self, to):
        home = parse(Client().get(f"{to}/").content.decode())
        asked = form(home, "/newsletter/")
        assert asked.action == f"{to}/newsletter/" and "csrfmiddlewaretoken" not in asked.fields
        answer = stranger().post(
            asked.action, asked.filled(email=ADA), headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert (answer.status_code, answer["Location"]) == (303, f"{to}/newsletter/asked/")
        assert heading(Client().get(answer["Location"])) == ("只差一步" if to else "Almost done")
        assert Message.objects.get().language == ("zh-hant" if to else "en")

    @pytest.mark.parametrize("has_session", [False, True])
    def test_from_a_kept_page_by_a_client_that_says_nothing(self, has_session):
        visitor = stranger()
        if has_session:
            shopper = {"variant": factories.variant().pk, "quantity": 1}
            visitor.post("/cart/add/", shopper, headers={"Sec-Fetch-Site": "same-origin"})
        for _drawn_and_then_kept in range(2):
            asked = form(parse(visitor.get("/").text), "/newsletter/")
            assert "csrfmiddlewaretoken" not in asked.fields
        answer = visitor.post(asked.action, asked.filled(email=ADA))
        assert answer.status_code == 403 and not Subscriber.objects.exists()
        again = form(parse(answer.text).xpath("//main")[0], "/newsletter/")
        assert visitor.post(again.action, again.fields).status_code == 303
        assert mails() == ["confirm"]

    def test_a_personal_page_holds_a_token(self):
        visitor = stranger()
        asked = form(parse(visitor.get("/cart/").text), "/newsletter/")
        assert visitor.post(asked.action, asked.filled(email=ADA)).status_code == 303
        assert mails() == ["confirm"]

    def test_a_client_that_says_nothing_is_shown_the_form_once_more(self):
        visitor = stranger()
        answer = visitor.post("/newsletter/", {"email": ADA})
        assert answer.status_code == 403 and not Subscriber.objects.exists()
        again = form(parse(answer.content.decode()).xpath("//main")[0], "/newsletter/")
        assert visitor.post(again.action, again.fields).status_code == 303
        assert mails() == ["confirm"]

    def test_a_part_of_the_page_is_answered_by_the_form_and_the_words(self):
        answer = Client().post("/newsletter/", {"email": ADA}, headers=HTMX)
        found = pieces(body(answer))
        assert set(found) == {"newsletter-signup", "problems-summary", "notices-list"}
        assert "look into your mailbox" in found["notices-list"]
        assert ADA not in found["newsletter-signup"]

    @pytest.mark.parametrize("typed", ["<b>ada", ""])
    def test_a_refused_part_stands_in_the_page_that_answers_without_htmx(self, typed):
        part = Client().post("/newsletter/", {"email": typed}, headers=HTMX)
        page = Client().post("/newsletter/", {"email": typed})
        assert part.status_code == page.status_code == 422
        for target, html in pieces(body(part)).items():
            assert html in body(page), target

    def test_where_it_was_asked_is_noted_without_secrets(self):
        Client().post(
            "/newsletter/",
            {"email": ADA, "wording": "2026-11"},
            headers={"Referer": "http://testserver/orders/AB-CD/?key=secret"},
            REMOTE_ADDR="198.51.100.77",
        )
        consent = Consent.objects.get()
        assert (consent.page, consent.client) == ("orders:detail", "198.51.100.0")
        assert "AB-CD" not in str(Consent.objects.values().get())

    @pytest.mark.parametrize(
        ("address", "network"),
        [("2001:db8:1:2::3", "2001:db8:1::"), ("", None), ("unknown", None)],
    )
    def test_of_an_address_the_network_is_kept(self, address, network):
        Client().post("/newsletter/", {"email": ADA}, REMOTE_ADDR=address)
        assert Consent.objects.get().client == network

    @pytest.mark.parametrize("referer", ["http://[", "::", "/nothing/", "http://x/\0"])
    def test_a_page_that_is_none_does_no_harm(self, referer):
        Client().post("/newsletter/", {"email": ADA}, headers={"Referer": referer})
        assert Consent.objects.get().page == "newsletter:join"

    def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(self):
        answer = sign_up(website="https://spam.example")
        assert (answer.status_code, answer["Location"]) == (303, "/newsletter/asked/")
        assert not Subscriber.objects.exists() and not Message.objects.exists()

    def test_too_many_from_one_client_are_told_to_wait(self):
        answers = [Client().post("/newsletter/", {"email": f"{n}@example.com"}) for n in range(21)]
        assert [answer.status_code for answer in answers] == [303] * 20 + [422]
        assert "wait" in answers[-1].content.decode()
        assert Message.objects.count() == 20
        other = Client().post("/newsletter/", {"email": ADA}, REMOTE_ADDR="203.0.113.9")
        assert other.status_code == 303

    def test_one_address_gets_three_mails_a_day_whoever_asks(self):
        for n in range(5):
            answer = Client().post("/newsletter/", {"email": ADA}, REMOTE_ADDR=f"203.0.{n}.1")
            assert answer.status_code == 303
        assert mails() == ["confirm"] * 3


class TestConfirming:
    @pytest.mark.parametrize("headers", WEBMAIL, ids=str)
    def test_opened_from_any_mail_program_without_cookies(self, to, headers):
        sign_up(to=to)
        path = link("confirm")
        page = stranger().get(path, headers=headers)
        assert page.status_code == 200 and page["Cache-Control"] == "private, no-store"
        button = form(parse(page.content.decode()).xpath("//main")[0], "/confirm/")
        answer = stranger().post(button.action, headers=headers)
        assert (answer.status_code, answer["Location"]) == (303, path)
        assert state() == State.CONFIRMED
        assert heading(stranger().get(path)) == ("您已訂閱" if to else "You are on the list")

    def test_programs_that_follow_links_change_nothing(self):
        ada = on_the_list("grace@example.com")
        sign_up()
        before = (list(Subscriber.objects.values()), list(Consent.objects.values()))
        for path in (link("confirm"), *paths(ada).values()):
            for ask in (Client().get, Client().head, Client().options, Client().put):
                ask(path)
        assert (list(Subscriber.objects.values()), list(Consent.objects.values())) == before

    def test_pressed_twice_it_is_one_welcome(self, offer):
        sign_up()
        for _ in range(2):
            assert stranger().post(link("confirm")).status_code == 303
        assert mails() == ["confirm", "welcome"] and Coupon.objects.count() == 1

    def test_after_leaving_it_says_so_and_leads_on(self):
        sign_up()
        path = link("confirm")
        stranger().post(path)
        Subscriber.objects.get().leave()
        stranger().post(path)
        assert state() == State.LEFT
        assert heading(stranger().get(path)) == "You are not on the list"


class TestLinks:
    def altered(self):
        sign_up()
        token = link("confirm").removeprefix("/newsletter/confirm/").rstrip("/")
        pk, at, signature = token.split(":")
        other = urlsplit(on_the_list("grace@example.com").leave_url).path.split("/")[-2]
        yield from (f"{int(pk) + 1}:{at}:{signature}", f"{pk}:{at}:{signature[:-2]}", other)
        yield from ("x", "1:2:3", "%00", "%0d%0aSet-Cookie:a=b", "☕", "a" * 5000, f"{token}%20")

    def test_one_that_is_not_ours_is_told_so_with_a_way_on(self):
        for token in self.altered():
            for ask in (stranger().get, stranger().post):
                answer = ask(f"/newsletter/confirm/{token}/")
                assert answer.status_code == 404, token
                page = parse(answer.content.decode())
                assert page.findtext(".//h1") == "This link is not whole"
                assert form(page.xpath("//main")[0], "/newsletter/").action == "/newsletter/"
        assert state() == State.ASKED and state("grace@example.com") == State.CONFIRMED

    @pytest.mark.parametrize(("page", "days"), [("confirm", 7), ("preferences", 365)])
    def test_one_that_has_lapsed_changes_nothing_and_leads_to_a_new_one(self, page, days, clock):
        sign_up()
        path = link("confirm") if page == "confirm" else paths(on_the_list("g@x.example"))[page]
        clock(days - 1)
        assert stranger().get(path).status_code == 200
        clock(days + 1)
        for ask in (stranger().get, stranger().post):
            answer = ask(path)
            assert (answer.status_code, heading(answer)) == (410, "This link has lapsed")
        assert state() == State.ASKED

    def test_leaving_never_lapses(self, clock):
        path = paths(on_the_list())["leave"]
        clock(4000)
        assert stranger().post(path).status_code == 303
        assert state() == State.LEFT

    def test_the_host_of_a_request_reaches_no_mail(self, settings):
        settings.ALLOWED_HOSTS = ["evil.example"]
        Client().post("/newsletter/", {"email": ADA}, headers={"Host": "evil.example"})
        mail = Message.objects.get()
        assert "evil.example" not in mail.text + mail.html


@pytest.fixture
def clock(monkeypatch):
    """Let so many days pass for signatures."""
    import django.core.signing as signing

    now = signing.time.time()

    class Later:
        days = 0

        def time(self):
            return now + self.days * 24 * 60 * 60

    later = Later()
    monkeypatch.setattr(signing, "time", later)
    return lambda days: setattr(later, "days", days)


class TestPreferences:
    def test_topics_and_language_are_changed_without_an_account(self, topics):
        path = paths(on_the_list())["preferences"]
        fields = {"topics": [topics[1].pk], "language": "zh-hant"}
        answer = stranger().post(path, fields)
        assert (answer.status_code, answer["Location"]) == (303, path)
        ada = Subscriber.objects.get()
        assert (list(ada.topics.all()), ada.language) == ([topics[1]], "zh-hant")
        assert ada.consents.last().page == "newsletter:preferences"
        assert "/zh-hant/" in ada.leave_url

    @pytest.mark.parametrize(
        "wrong",
        [{}, {"topics": "999"}, {"topics": "x"}, {"language": "xx"}, {"topics": "\0"}],
        ids=str,
    )
    def test_what_makes_no_sense_is_refused_in_words(self, topics, wrong):
        ada = on_the_list()
        answer = stranger().post(paths(ada)["preferences"], {"language": "en"} | wrong)
        assert answer.status_code == 422
        assert parse(answer.content.decode()).xpath("//*[@role='alert']//a")
        assert set(ada.topics.all()) == set(topics)

    def test_where_there_are_no_topics_the_language_is_still_chosen(self):
        path = paths(on_the_list())["preferences"]
        assert stranger().post(path, {"language": "zh-hant"}).status_code == 303
        assert Subscriber.objects.get().language == "zh-hant"

    def test_a_topic_that_is_no_longer_offered_is_seen_by_who_has_it(self, topics):
        tea, clay = topics
        ada = on_the_list()
        Topic.objects.update(offered=False)
        grace, at = on_the_list("grace@example.com"), paths(ada)["preferences"]
        assert "Clay" not in stranger().get(paths(grace)["preferences"]).text
        boxes = parse(stranger().get(at).text).xpath("//input[@name='topics'][@checked]/@value")
        assert boxes == [str(each.pk) for each in topics]
        stranger().post(at, {"language": "zh-hant", "topics": boxes})
        assert list(ada.topics.all()) == topics
        stranger().post(at, {"language": "en", "topics": [tea.pk]})
        assert list(ada.topics.all()) == [tea]
        answer = stranger().post(at, {"language": "en", "topics": [clay.pk]})
        assert answer.status_code == 422 and list(ada.topics.all()) == [tea]

    def test_who_is_not_on_the_list_reads_so(self):
        ada = on_the_list()
        ada.leave()
        answer = stranger().post(paths(ada)["preferences"], {"language": "zh-hant"})
        assert heading(answer) == "You are not on the list"
        assert Subscriber.objects.get().language == "en"


class TestLeaving:
    @pytest.mark.parametrize("headers", WEBMAIL, ids=str)
    def test_mail_programs_leave_with_one_post(self, headers):
        path = paths(on_the_list())["leave"]
        for _ in range(2):
            answer = stranger().post(path, {"List-Unsubscribe": "One-Click"}, headers=headers)
            assert answer.status_code == 200  # RFC 8058: no redirect
            assert state() == State.LEFT

    def test_as_a_form_with_parts_or_without_any_it_works_too(self):
        path = paths(on_the_list())["leave"]
        one_click = "List-Unsubscribe=One-Click"
        kind = "application/x-www-form-urlencoded"
        assert stranger().generic("POST", path, one_click, content_type=kind).status_code == 200
        assert state() == State.LEFT

    def test_a_person_sees_a_button_and_the_way_to_fewer(self):
        path = paths(on_the_list())["leave"]
        page = parse(stranger().get(path).content.decode())
        assert re.search("/newsletter/preferences/", page.xpath("//main//a/@href")[0])
        answer = stranger().post(form(page, "/leave/").action)
        assert (answer.status_code, answer["Location"]) == (303, path)
        assert heading(stranger().get(path)) == "You are not on the list"

    def test_it_works_after_an_account_is_erased(self):
        from newsletter import personal

        ada = on_the_list(member=member())
        path = paths(ada)["leave"]
        personal.erase(ada.member, {ADA})
        for fields in ({"List-Unsubscribe": "One-Click"}, {}):
            assert stranger().post(path, fields).status_code in {200, 303}
        assert heading(stranger().get(path)) == "You are not on the list"


class TestAccount:
    @pytest.fixture
    def ada(self, to):
        visitor = Visitor(to)
        visitor.client.force_login(member())
        return visitor

    def test_a_member_joins_changes_and_leaves_without_a_mail_that_asks(self, ada, to, topics):
        language = "zh-hant" if to else "en"
        here = ada.at("newsletter/")
        assert f'href="{here}"' in ada.get("").content.decode()
        answer = ada.send("newsletter/", "newsletter-preferences", topics=[topics[0].pk])
        assert answer.status_code == 200
        subscriber = Subscriber.objects.get()
        assert (subscriber.state, subscriber.language) == (State.CONFIRMED, language)
        assert (subscriber.member.email, list(subscriber.topics.all())) == (ADA, [topics[0]])
        ada.send("newsletter/", "newsletter-preferences", topics=[topics[1].pk])
        assert list(subscriber.topics.all()) == [topics[1]]
        ada.client.post(here, {"leave": "1"})
        assert state() == State.LEFT and mails() == ["welcome"]

    def test_who_asked_as_a_guest_finds_it_there(self, ada):
        on_the_list()
        assert ADA in ada.get("newsletter/").content.decode()
        ada.post("newsletter/", language="zh-hant")
        assert Subscriber.objects.get().language == "zh-hant"

    def test_an_address_that_is_not_verified_is_nobodys(self, ada, client):
        client.force_login(member("eve@example.com"))
        from allauth.account.models import EmailAddress

        EmailAddress.objects.filter(email="eve@example.com").update(verified=False, email=ADA)
        on_the_list()
        client.post("/account/newsletter/", {"leave": "1"})
        assert state() == State.CONFIRMED

    def test_an_address_that_letters_cannot_go_to_is_none(self, client):
        client.force_login(member('"ada"@example.com'))
        for ask in (client.get, client.post):
            assert ask("/account/newsletter/").status_code == 200
        assert not Subscriber.objects.exists()

    def test_nothing_is_to_be_seen_by_a_guest(self, to):
        answer = Client().get(f"{to}/account/newsletter/")
        assert (answer.status_code, "/account/login/" in answer["Location"]) == (302, True)
