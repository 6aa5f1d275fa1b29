"""Writing to the shop: what is kept, who is told, and what is refused in words."""

import uuid
from dataclasses import replace

import pytest
from django.core.cache import cache

import factories
import hostile
from contact.models import Message, Thread
from contact.views import LETTERS
from dom import parse
from outbox.models import Message as Mail
from shopping import leads_to
from writing import FIELDS, Writer, kept_files, picture

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def writer(client):
    return Writer(client)


@pytest.fixture
def few(monkeypatch):
    """Three messages are often already."""
    monkeypatch.setattr("contact.views.LETTERS", replace(LETTERS, most=3))


def problems(answer):
    """Field → words, which stand above the heading and beside the field alike."""
    page = parse(answer.content.decode())
    assert page.findtext(".//title").startswith("Error: ")
    found = {}
    for link in page.xpath("//*[@role='alert']//a"):
        field = page.get_element_by_id(link.get("href")[1:])
        assert field.get("aria-invalid") == "true"
        described = [page.get_element_by_id(each) for each in field.get("aria-describedby").split()]
        assert any(link.text in each.text_content() for each in described)
        found[field.get("name")] = link.text
    return found


def typed(answer):
    page = parse(answer.content.decode())
    fields = page.xpath("//main//form//*[self::input or self::textarea]")
    return {each.get("name"): each.get("value") or (each.text or "").strip("\n") for each in fields}


def nothing_happened(before=None):
    assert not Thread.objects.exists() and not Mail.objects.exists()
    assert before is None or kept_files() == before


class TestSent:
    def test_it_is_kept_and_told_to_both(self, writer, settings):
        answer = writer.send(order_number=" k7qm-3f9t ")
        assert (answer.status_code, leads_to(answer)) == (303, "/contact/sent/")
        thread = Thread.objects.get()
        assert (thread.state, thread.language, thread.member) == ("new", "en", None)
        assert (thread.name, thread.email) == ("Ada Byron", "ada@example.com")
        assert (thread.subject, thread.order_number) == (FIELDS["subject"], "K7QM-3F9T")
        assert thread.messages.get().text == "Is it food safe?\n\nAda"
        shop, sender = Mail.objects.order_by("pk")
        assert (shop.kind, shop.to) == ("to_shop", settings.SHOP_EMAIL)
        assert shop.subject == "Message from Ada Byron: The glaze of the oat cup"
        assert f"{settings.SITE_URL}/admin/contact/thread/{thread.pk}/change/" in shop.text
        assert (sender.kind, sender.to, sender.language) == ("received", "ada@example.com", "en")
        assert sender.subject == f"Your message to us, number {thread.reference}"
        assert thread.reference in sender.text and thread.reference in sender.html

    @pytest.mark.parametrize("is_known", [False, True])
    def test_an_address_that_anybody_may_have_typed_is_sent_nobodys_words(self, client, is_known):
        if is_known:
            client.force_login(factories.user("ada@example.com"))
        words = {"name": "Relay", "subject": "Buy pills", "message": "See https://bad.example"}
        Writer(client).send(**words, order_number="K7QM-3F9T")
        mail = Mail.objects.get(kind="received")
        said = mail.subject + mail.text + mail.html
        assert [each for each in (*words.values(), "bad.example", "K7QM") if each in said] == []

    def test_the_sender_is_thanked_in_their_language_and_the_shop_told_in_its_own(self, client):
        Writer(client, "/zh-hant").send()
        shop, sender = Mail.objects.order_by("pk")
        assert (shop.language, sender.language) == ("en", "zh-hant")
        assert sender.subject.startswith("您寫給我們的訊息")
        assert "謝謝您來信" in sender.text and "謝謝您來信" in sender.html
        assert Thread.objects.get().language == "zh-hant"

    def test_whether_there_is_such_an_order_is_told_to_nobody(self, writer):
        answers = {writer.send(order_number=each).content for each in ("K7QM-3F9T", "nonsense", "")}
        texts = {
            mail.text.replace(thread.reference, "")
            for mail, thread in zip(
                Mail.objects.filter(kind="received").order_by("pk"),
                Thread.objects.order_by("pk"),
                strict=True,
            )
        }
        assert len(answers) == len(texts) == 1

    def test_the_same_form_sent_again_is_one_message_and_one_answer(self, writer, few):
        fields = writer.open() | FIELDS
        answers = [writer.post(fields | {"picture": picture()}) for _ in range(5)]
        assert {leads_to(answer) for answer in answers} == {"/contact/sent/"}
        assert Thread.objects.count() == Message.objects.count() == 1
        assert Mail.objects.count() == 2
        Message.objects.get().picture.delete()

    @pytest.mark.parametrize("once", [None, "", "x", "\0"])
    def test_a_form_without_its_number_is_taken_too(self, writer, once):
        assert writer.send(once=once).status_code == 303
        assert Thread.objects.get().once

    def test_a_member_is_known(self, client, writer):
        member = factories.user("bea@example.com", name="Bea")
        client.force_login(member)
        shown = writer.open()
        assert (shown["name"], shown["email"]) == ("Bea", "bea@example.com")
        writer.post(shown | {"subject": "Hello", "message": "Hello"})
        assert Thread.objects.get().member == member

    def test_no_cookie_but_the_forms_own_and_no_session(self, client, writer):
        writer.send()
        assert set(client.cookies) <= {"csrftoken"}

    def test_the_page_of_an_order_may_lead_here_with_its_number(self, client):
        page = parse(client.get("/contact/?order=K7QM-3F9T%22%3E" + "x" * 99).text)
        [field] = page.xpath("//input[@name='order_number']")
        assert field.get("value") == 'K7QM-3F9T">xxxxxxxxx'


class TestPicture:
    def test_it_is_made_anew_under_a_name_that_nobody_guesses(self, writer, client):
        before = kept_files()
        name, content = hostile.talkative()["JPEG"]
        writer.send(picture=picture("../../holiday.jpg", content))
        [path] = kept_files() - before
        stored = Message.objects.get().picture
        assert "/private/contact/" in path and "holiday" not in path and "/media/" not in path
        assert len(stored.name.split("/")[1]) >= 32
        assert b"canary" not in stored.read()
        assert client.get(f"/media/{stored.name}").status_code == 404
        stored.delete()

    @pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
    @pytest.mark.parametrize("what", hostile.REFUSED)
    def test_what_is_none_is_told_and_leaves_nothing(self, writer, what):
        before = kept_files()
        name, content, words = hostile.REFUSED[what]
        answer = writer.send(picture=picture(name, content) if content else empty(name))
        assert answer.status_code == 422
        assert words in problems(answer)["picture"]
        assert typed(answer)["message"] == FIELDS["message"]
        nothing_happened(before)

    def test_one_of_too_many_bytes_is_told_with_the_limit(self, writer):
        before = kept_files()
        answer = writer.send(picture=picture(content=b"\xff\xd8\xff" + b"x" * 10_000_000))
        assert problems(answer) == {"picture": "This file is too large. Use at most 10 MB."}
        assert typed(answer)["name"] == "Ada Byron"
        nothing_happened(before)

    def test_who_has_to_choose_it_again_is_told_so(self, writer):
        before = kept_files()
        page = parse(writer.send(picture=picture(), subject="").text)
        field = page.get_element_by_id("id_picture")
        hint = page.get_element_by_id(field.get("aria-describedby"))
        assert "please choose it again" in hint.text_content()
        assert "choose it again" not in writer.send(subject="").text
        nothing_happened(before)


def empty(name):
    file = picture(name)
    file.file.truncate(0)
    file.size = 0
    return file


class TestRefused:
    def test_an_empty_form_says_what_is_missing(self, writer):
        answer = writer.post(writer.open())
        assert answer.status_code == 422
        assert problems(answer) == {
            "name": "Enter your name.",
            "email": "Enter your email address.",
            "subject": "Say in a few words what it is about.",
            "message": "Write your message.",
        }
        nothing_happened()

    @pytest.mark.parametrize(
        "wrong", ["ada", "ada@", "a b@example.com", "ada@example.com\r\nBcc: all@example.com"]
    )
    def test_what_is_no_address(self, writer, wrong):
        answer = writer.send(email=wrong)
        assert answer.status_code == 422
        assert problems(answer)["email"] == "Enter an email address like name@example.com."
        nothing_happened()

    @pytest.mark.parametrize("field", ["name", "subject", "order_number"])
    @pytest.mark.parametrize(
        "wrong", ["a\r\nBcc: x@y.z", "a\nb", "a\x0bb", "a\x1cb", "a\u2028b", "a\x85b"]
    )
    def test_what_would_begin_a_new_line_in_a_mails_head(self, writer, field, wrong):
        answer = writer.send(**{field: wrong})
        assert answer.status_code == 422
        assert problems(answer) == {field: "Write this on one line."}
        nothing_happened()

    @pytest.mark.parametrize("field", ["name", "email", "subject", "message", "order_number"])
    def test_a_zero_byte(self, writer, field):
        answer = writer.send(**{field: "a\0b@example.com"})
        assert answer.status_code == 422
        assert set(problems(answer)) == {field}
        nothing_happened()

    @pytest.mark.parametrize(
        ("field", "most"),
        [("name", 120), ("subject", 150), ("message", 5_000), ("order_number", 20)],
    )
    def test_what_is_too_long(self, writer, field, most):
        assert writer.send(**{field: "x" * most}).status_code == 303
        answer = writer.send(**{field: "x" * (most + 1)})
        assert answer.status_code == 422
        words = f"Use at most {most} characters; these are {most + 1}."
        assert problems(answer) == {field: words}

    def test_a_subject_of_a_megabyte(self, writer):
        answer = writer.send(subject="x" * 1_000_000)
        assert answer.status_code == 422
        assert "at most 150 characters" in problems(answer)["subject"]
        assert typed(answer)["message"] == FIELDS["message"]
        nothing_happened()

    def test_what_was_typed_is_kept(self, writer):
        wrong = FIELDS | {"email": "ada@", "subject": '"><script>', "order_number": "k7qm"}
        answer = writer.send(**wrong)
        assert typed(answer).items() >= wrong.items()
        assert "<script>" not in answer.text.partition("<main")[2].partition("</main")[0]


class TestTrap:
    def test_who_fills_what_is_to_be_left_empty_sees_no_difference(self, writer):
        good = writer.send()
        Thread.objects.all().delete()
        Mail.objects.all().delete()
        before = kept_files()
        caught = writer.send(website="https://example.com", picture=picture())
        assert (caught.status_code, caught.content) == (good.status_code, good.content)
        assert caught["Location"] == good["Location"]
        nothing_happened(before)

    def test_it_is_labelled_for_those_who_see_it_all_the_same(self, client):
        page = parse(client.get("/contact/").text)
        [trap] = page.xpath("//main//*[@class='field trap']")
        [field] = trap.xpath(".//input")
        [label] = trap.xpath(f".//label[@for='{field.get('id')}']")
        assert label.text == "Leave this empty"
        assert (field.get("autocomplete"), field.get("tabindex")) == ("off", "-1")
        assert not page.xpath("//@style")


class TestThrottle:
    def test_who_writes_often_has_to_wait_and_keeps_what_was_typed(self, writer, few):
        for _ in range(3):
            assert writer.send().status_code == 303
        answer = writer.send(message="Once more")
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) == 3600
        assert answer["Cache-Control"] == "private, no-store"
        assert "You have written often" in answer.text
        assert typed(answer)["message"] == "Once more"
        assert typed(answer)["once"]
        assert Thread.objects.count() == 3

    def test_it_is_counted_for_each_address_of_the_net_and_of_mail(self, writer, few):
        ours, theirs = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "192.0.2.2"}

        def status(email, net):
            return writer.post(writer.open() | FIELDS | {"email": email}, **net).status_code

        assert [status(f"{n}@example.com", ours) for n in range(4)] == [303, 303, 303, 429]
        assert [status("ada@example.com", theirs) for _ in range(3)] == [303, 303, 303]
        assert status("ADA@example.com", {"REMOTE_ADDR": "192.0.2.3"}) == 429
        assert status("bea@example.com", {"REMOTE_ADDR": "192.0.2.3"}) == 303

    def test_a_refused_form_does_not_count(self, writer, few):
        assert {writer.send(email="ada").status_code for _ in range(5)} == {422}
        assert writer.send().status_code == 303

    def test_the_last_one_sent_again_is_answered_as_before(self, writer, few):
        for _ in range(2):
            writer.send()
        fields = writer.open() | FIELDS
        assert [writer.post(fields).status_code for _ in range(3)] == [303] * 3

    def test_nobody_can_be_read_from_what_is_counted(self, writer):
        writer.send()
        kept = repr(vars(cache)) + repr(getattr(cache, "_cache", {}))
        assert "throttle:contact:" in kept
        assert "ada@example.com" not in kept


def test_two_forms_have_two_numbers(client):
    numbers = {uuid.UUID(Writer(client).open()["once"]) for _ in range(2)}
    assert len(numbers) == 2
