"""Editors write a letter, see whom it reaches, try it out, and send it by deeds that ask first."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import factories
from campaigning import AT, begun, block, campaign, handful, readers, send, states, topic
from campaigns.admin.deeds import DEEDS
from campaigns.models import Block, Campaign, Delivery
from campaigns.models.campaign import REFUSALS
from coupons.models import Coupon
from coupons.person import Person
from dom import form, parse
from letters import ADA, on_the_list
from outbox.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.whole]
ALL = ("view_campaign", "add_campaign", "change_campaign", "send_campaign")
BLOCKS = ("view_block", "add_block", "change_block", "delete_block")


def staff(*permissions):
    client = Client()
    user = factories.user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


@pytest.fixture
def editor():
    return staff(*ALL, *BLOCKS)


def at(made, code="change"):
    return f"{AT}{made.pk}/{code}/"


def press(client, made, code, **typed):
    """Open the page of a deed and press its button."""
    page = parse(client.get(at(made, code)).text)
    answer = client.post(at(made, code), form(page, f"/{code}/").fields | typed)
    made.refresh_from_db()
    return answer


def said(answer):
    return " ".join(map(str, get_messages(answer.wsgi_request)))


def offered(client, made):
    hrefs = parse(client.get(at(made)).text).xpath("//ul[@class='object-tools']//@href")
    return {deed.code for deed in DEEDS if at(made, deed.code) in hrefs}


def written(client, where, **typed):
    """Fill in and save the form of a campaign, as it is shown without JavaScript."""
    page = parse(client.get(where).text)
    [sent] = page.xpath("//form[@id='campaign_form']")
    fields = {each.name: each.value for each in sent.xpath(".//*[@name]") if each.value is not None}
    fields = {name: value for name, value in fields.items() if not hasattr(value, "keys")}
    boxes = sent.xpath(".//input[@type='checkbox' and not(@checked)]/@name")
    fields = {name: value for name, value in fields.items() if name not in boxes}
    return client.post(where, fields | typed | {"_save": "1"})


WORDS = {"subject_en": "New cups", "subject_zh": "新杯子"}
TEXT = {"blocks-0-kind": "text", "blocks-0-text_en": "Words", "blocks-0-text_zh": "字"}


class TestWriting:
    def test_a_letter_in_blocks_is_written_without_javascript(self, editor):
        cup = factories.variant().product
        more = {"blocks-1-kind": "products", "blocks-1-products": [str(cup.pk)]}
        more |= {"blocks-1-position": "1", "blocks-2-kind": "button", "blocks-2-text_en": "See"}
        more |= {"blocks-2-text_zh": "看", "blocks-2-address": "/c/tea/", "blocks-2-position": "2"}
        answer = written(editor, f"{AT}add/", **WORDS, **TEXT, **more)
        assert answer.status_code == 302
        made = Campaign.objects.get()
        assert [each.kind for each in made.blocks.all()] == ["text", "products", "button"]
        assert list(made.blocks.all()[1].products.all()) == [cup]

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"subject_en": ""}, "subject_en"),
            ({"subject_en": "x" * 1_000_000}, "subject_en"),
            ({"subject_zh": "A\r\nBcc: all@example.com"}, "subject_zh"),
            ({"preheader_en": "A\nB"}, "preheader_en"),
            ({"products": ["9" * 30]}, "products"),
            ({"blocks-0-text_zh": ""}, "blocks-0-text_zh"),
            ({"blocks-0-kind": "picture"}, "blocks-0-picture"),
            ({"blocks-0-kind": "products"}, "blocks-0-products"),
            ({"blocks-0-kind": "button"}, "blocks-0-address"),
            ({"blocks-0-kind": "button", "blocks-0-address": "javascript:x"}, "blocks-0-address"),
            ({"blocks-0-address": "//evil.example"}, "blocks-0-address"),
        ],
    )
    def test_what_cannot_be_is_told_beside_its_field(self, editor, typed, field):
        answer = written(editor, f"{AT}add/", **WORDS | TEXT | typed)
        assert answer.status_code == 200
        wrong = parse(answer.text).xpath("//*[@id=$id]", id=f"id_{field}_error")
        assert wrong and not Campaign.objects.exists()

    def test_it_says_how_many_it_reaches(self, editor):
        tea = topic()
        readers(3)
        readers("ada", topics=[tea])
        made = campaign()

        def reaches():
            found = parse(editor.get(at(made)).text).xpath("//*[contains(@class, 'field-reaches')]")
            return found[0].text_content().split()[-1]

        assert reaches() == "4"
        Campaign.objects.update(topic=tea)
        assert reaches() == "1"

    @pytest.mark.postgres
    def test_what_is_written_is_saved_where_rows_are_locked(self, transactional_db, editor):
        made = campaign()
        assert written(editor, at(made), subject_en="Newer cups").status_code == 302
        assert Campaign.objects.get().subject_en == "Newer cups"

    def test_what_has_begun_is_not_changed_any_more(self, editor):
        made = begun()
        assert written_is_closed(editor, made)
        assert Campaign.objects.get().subject_en == "New cups"
        assert Block.objects.count() == 1

    def test_a_form_that_was_open_when_it_began_changes_nothing(self, editor):
        made = campaign()
        page = parse(editor.get(at(made)).text)
        [sent] = page.xpath("//form[@id='campaign_form']")
        made.begin()
        fields = {name: value for name, value in sent.form_values()}
        assert editor.post(at(made), fields | {"subject_en": "Late"}).status_code == 403
        assert Campaign.objects.get().subject_en == "New cups"
        assert Campaign.objects.get().state == "sending"

    def test_a_code_of_one_person_is_not_offered(self, editor):
        factories.coupon("ALL")
        Coupon.objects.issue(Person.of(ADA), percentage=1000, name_en="x", name_zh="x")
        choices = parse(editor.get(f"{AT}add/").text).xpath(
            "//select[@name='coupon']/option/text()"
        )
        assert choices[1:] == ["ALL"]


def written_is_closed(client, made):
    return client.post(at(made), WORDS | {"subject_en": "Late"}).status_code == 403


class TestDeeds:
    def test_each_state_offers_what_can_be_done(self, editor):
        made = campaign()
        assert offered(editor, made) == {"test", "schedule", "send", "cancel"}
        made.schedule(timezone.now() + timedelta(days=1), None)
        assert offered(editor, made) == {"test", "schedule", "send", "withdraw", "cancel"}
        made.begin()
        assert offered(editor, made) == {"test", "pause", "cancel"}
        made.pause(None)
        assert offered(editor, made) == {"test", "resume", "cancel"}
        made.cancel(None)
        assert offered(editor, made) == {"test"}

    def test_a_test_goes_to_one_address_in_both_languages(self, editor):
        readers(5)
        made = campaign()
        assert "on its way to boss@example.com" in said(
            press(editor, made, "test", email="boss@example.com")
        )
        english, chinese = Message.objects.order_by("pk")
        assert (english.subject, chinese.subject) == ("New cups", "新杯子")
        assert {each.to for each in Message.objects.all()} == {"boss@example.com"}
        assert "letter.invalid" not in english.html + english.text
        assert not Delivery.objects.exists() and made.state == "draft"

    @pytest.mark.parametrize("email", ["", "ada", "a@b.example\r\nBcc: c@d.example", "x" * 99_999])
    def test_a_test_to_no_address_is_refused(self, editor, email):
        assert press(editor, campaign(), "test", email=email).status_code == 422
        assert not Message.objects.exists()

    def test_send_now_says_to_how_many_and_begins_once(self, editor, mailoutbox):
        readers(3)
        made = campaign()
        assert "3 readers" in editor.get(at(made, "send")).text
        for _ in range(2):
            press(editor, made, "send") if made.is_open else editor.post(at(made, "send"))
            assert made.state == "sending"
        assert [each.kind for each in made.events.all()] == ["begun"]
        assert send(made).state == "sent" and len(mailoutbox) == 3

    def test_without_words_or_readers_it_does_not_begin(self, editor):
        made = campaign()
        assert "no reader" in press(editor, made, "send").text
        readers(1)
        made.blocks.all().delete()
        assert "needs a block" in press(editor, made, "send").text
        assert made.state == "draft"

    def test_schedule_takes_a_moment_to_come(self, editor):
        made = campaign()
        for at_, status in (("", 422), ("soon", 422), ("2020-01-01T09:00", 422)):
            assert press(editor, made, "schedule", at=at_).status_code == status
        tomorrow = timezone.localtime() + timedelta(days=1)
        press(editor, made, "schedule", at=f"{tomorrow:%Y-%m-%dT%H:%M}")
        assert made.state == "scheduled"
        assert timezone.localtime(made.scheduled_at).date() == tomorrow.date()
        press(editor, made, "withdraw")
        assert (made.state, made.scheduled_at) == ("draft", None)

    @pytest.mark.parametrize(
        ("typed", "kind"),
        [("soon", "text"), ("2020-01-01T09:00", "datetime-local"), ("2020-13-45T09:00", "text")],
    )
    def test_a_moment_that_cannot_be_stands_there_to_be_mended(self, editor, typed, kind):
        page = parse(press(editor, campaign(), "schedule", at=typed).text)
        [field] = page.xpath("//input[@name='at']")
        assert (field.get("type"), field.get("value")) == (kind, typed)

    def test_pause_resume_and_cancel(self, editor):
        readers(1)
        made = begun()
        for code, state in (("pause", "paused"), ("resume", "sending"), ("cancel", "cancelled")):
            assert editor.get(at(made, code)).status_code == 200
            press(editor, made, code)
            assert made.state == state
        assert {str(each.by) for each in made.events.all()[1:]} != {"None"}

    def test_an_editor_decides_about_what_is_not_known(self, editor, mailoutbox):
        readers("ada", "grace", "jean")
        made = send(begun())
        Delivery.objects.update(state="unknown")
        ids = {str(each.subscriber): str(each.pk) for each in Delivery.objects.all()}
        page = editor.get(at(made, "decide")).text
        assert "ada@example.com" in page and "grace@example.com" in page
        assert press(editor, made, "decide").status_code == 422
        press(editor, made, "decide", letters=[ids["ada@example.com"]], what="leave")
        assert states(made) == {"unknown": 2, "failed": 1}
        press(editor, made, "decide", letters=[ids["grace@example.com"]], what="again")
        assert made.state == "sending" and states(made) == {
            "unknown": 1,
            "failed": 1,
            "pending": 1,
        }
        mailoutbox.clear()
        send(made)
        assert [each.to for each in mailoutbox] == [["grace@example.com"]]

    def test_an_editor_reads_why_it_paused_and_sends_again_what_was_refused(self, editor):
        readers("ada")
        made = begun()
        handful(made)
        Delivery.objects.update(state="failed", reason="refused", said="550 5.7.1 <not> from you")
        Campaign.objects.update(refusals=REFUSALS - 1)
        made.refused()
        assert "It said: 550 5.7.1 &lt;not&gt; from you" in editor.get(at(made, "progress")).text
        assert "550 5.7.1 &lt;not&gt; from you" in editor.get(at(made, "decide")).text
        press(editor, made, "decide", letters=[str(Delivery.objects.get().pk)], what="again")
        assert (made.state, states(made)) == ("paused", {"pending": 1})

    @pytest.mark.parametrize("permissions", [[], ["view_campaign"], ["change_campaign"]])
    def test_who_may_not_send_sends_nothing(self, permissions):
        client, made = staff(*permissions), campaign()
        readers(1)
        for deed in DEEDS:
            for ask in (client.get, client.post):
                assert ask(at(made, deed.code)).status_code == 403
        made.refresh_from_db()
        assert made.state == "draft" and not Message.objects.exists()

    def test_what_was_sent_is_not_deleted(self, mailoutbox):
        client = staff(*ALL, "delete_campaign", "delete_block", "delete_event", "delete_delivery")
        readers(1)
        made = send(begun())
        assert client.post(at(made, "delete"), {"post": "yes"}).status_code == 403
        client.post(AT, {"action": "delete_selected", "_selected_action": [made.pk], "post": "yes"})
        assert Campaign.objects.exists()


class TestProgress:
    def test_the_bar_moves_by_itself_and_by_looking_again(self, editor, mailoutbox, monkeypatch):
        monkeypatch.setattr("campaigns.sending.MOST", 4)
        readers(10)
        made = begun()
        page = parse(editor.get(at(made, "progress")).text)
        [moving] = page.xpath("//*[@id='campaign-progress']/@hx-get")
        assert at(made, "progress") in page.xpath("//main//a/@href")
        for done in ("4", "8"):
            handful(made)
            for where in (moving, at(made, "progress")):
                bar = parse(editor.get(where).text).xpath("//progress")[0]
                assert (bar.get("value"), bar.get("max")) == (done, "10")
        send(made)
        assert "hx-get" not in editor.get(moving).text

    def test_it_tells_what_became_of_the_letters(self, editor, mailoutbox):
        coupon = factories.coupon("CUPS")
        on_the_list(ADA)
        readers("refused", "grace")
        made = send(begun(coupon=coupon))
        Coupon.objects.take("CUPS", "order-1", Person.of(ADA))
        Coupon.objects.take("CUPS", "order-2", Person.of("stranger@example.com"))
        now = timezone.now()
        ada = made.deliveries.filter(subscriber__email=ADA)
        ada.update(complained_at=now, unsubscribed_at=now)
        made.deliveries.filter(subscriber__email="grace@example.com").update(bounced_at=now)
        rows = {
            row.xpath("th")[0].text_content().strip(): row.xpath("td")[0].text
            for row in parse(editor.get(at(made, "progress")).text).xpath("//main//tr")
        }
        assert rows["Accepted by the mail server"] == "3"
        assert rows["Came back"] == rows["Reported as unwanted"] == "1"
        assert rows["Left the list by it"] == "1"
        assert rows["Orders with CUPS"] == "1"

    def test_it_costs_the_same_for_few_as_for_many(self, editor, mailoutbox):
        def queries(number):
            with CaptureQueriesContext(connection) as found:
                editor.get(at(made, "progress"))
            return len(found)

        readers("ada")
        made = send(begun())
        editor.get(at(made, "progress"))
        few = queries(1)
        readers(50)
        made = send(begun())
        assert queries(51) == few

    @pytest.mark.parametrize("code", ["progress", "bar"])
    def test_who_may_not_look_does_not(self, code):
        assert staff("view_subscriber").get(at(begun(), code)).status_code == 403


def test_the_list_costs_the_same_however_many_there_are(editor):
    def queries():
        with CaptureQueriesContext(connection) as found:
            editor.get(AT)
        return len(found)

    block(campaign())
    editor.get(AT)
    few = queries()
    for _ in range(5):
        campaign()
    assert queries() == few
