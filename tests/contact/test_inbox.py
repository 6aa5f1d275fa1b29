"""The inbox in the admin: who may look, and what is done with a message."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core import mail as sent_mails
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import factories
import hostile
import placing
from contact.admin.deeds import DEEDS
from contact.models import Message, NotNow, Thread
from dom import form, parse
from outbox.models import Message as Mail
from writing import picture

pytestmark = [pytest.mark.django_db, pytest.mark.whole]
INBOX = "/admin/contact/thread/"
CODES = {"reply", "assign", "close", "reopen"}


def staff(*permissions, **more):
    user = factories.user(is_staff=True, **more)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def editor(client):
    user = staff("view_thread", "answer_thread", email="editor@example.com")
    client.force_login(user)
    return user


def at(thread, code="change"):
    return reverse(f"admin:contact_thread_{code}", args=[thread.pk])


def press(client, thread, code, **typed):
    """Open the page of a deed and press its button."""
    page = parse(client.get(at(thread, code)).text)
    return client.post(at(thread, code), form(page, f"/{code}/").fields | typed)


def said(answer):
    return [str(each) for each in get_messages(answer.wsgi_request)]


def offered(client, thread):
    hrefs = parse(client.get(at(thread)).text).xpath("//ul[@class='object-tools']//@href")
    return {code for code in CODES if at(thread, code) in hrefs}


def state(thread):
    thread.refresh_from_db()
    return thread.state


class TestList:
    def test_it_shows_who_wrote_when_and_who_sees_to_it(self, client, editor, write):
        old = write(subject="The kettle")
        Thread.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=3))
        old.assign(editor, editor)
        words = " ".join(parse(client.get(INBOX).text).get_element_by_id("result_list").itertext())
        for each in ("The kettle", "Ada Byron <ada@example.com>", "open", "editor@", "3\xa0days"):
            assert each in words

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("waiting=1", {"new", "open"}),
            ("whose=mine", {"open"}),
            ("whose=nobody", {"new", "answered", "closed"}),
            ("state__exact=closed", {"closed"}),
            ("q=teapot", {"answered"}),
            ("q=K7QM", {"closed"}),
            ("q=nothing", set()),
        ],
    )
    def test_it_is_narrowed_and_searched(self, client, editor, write, query, found):
        write(subject="new")
        write(subject="open").assign(editor, editor)
        Thread.objects.filter(pk=write("The teapot drips", subject="answered").pk).update(
            state="answered"
        )
        write(subject="closed", order_number="K7QM-3F9T").close(editor)
        rows = parse(client.get(f"{INBOX}?{query}").text).xpath(
            "//*[@id='result_list']//th[contains(@class, 'field-subject')]//text()"
        )
        assert set(rows) == found

    def test_it_asks_the_database_as_often_for_many_as_for_one(self, client, editor, write):
        write().assign(editor, editor)
        client.get(INBOX)

        def queries():
            with CaptureQueriesContext(connection) as asked:
                client.get(INBOX)
            return len(asked)

        once = queries()
        for _ in range(5):
            write().assign(editor, editor)
        assert queries() == once

    def test_the_first_page_counts_what_waits(self, client, editor, write):
        write().close(editor)
        assert "0 messages wait for the shop" in client.get("/admin/").text
        write()
        assert "1 message waits for the shop" in client.get("/admin/").text


class TestThread:
    def test_it_shows_all_that_was_written(self, client, editor, write):
        thread = write("Is it food safe?")
        thread.reply("It is.", editor, thread.once)
        page = client.get(at(thread)).text
        assert page.index("Is it food safe?") < page.index("It is.")
        assert "answered, editor@example.com" in page

    def test_what_was_written_is_words_and_nothing_else(self, client, editor, write):
        page = client.get(at(write("<script>alert(1)</script>", subject="<b>x</b>"))).text
        assert "<script>alert" not in page and "<b>x" not in page
        assert "&lt;script&gt;alert" in page

    def test_the_order_is_linked_if_it_belongs_to_the_sender(self, client, write):
        client.force_login(factories.user(is_staff=True, is_superuser=True))
        order = placing.place((factories.variant(), 1), email="Ada@Example.com")
        link = reverse("admin:orders_order_change", args=[order.pk])
        assert link in client.get(at(write(order_number=order.number))).text
        for other in (
            write(order_number=order.number, email="bea@example.com"),
            write(order_number="NO-SUCH"),
        ):
            page = client.get(at(other)).text
            assert link not in page
            assert "No order with it was placed from this address" in page

    def test_who_may_not_see_orders_sees_no_link(self, client, editor, write):
        order = placing.place((factories.variant(), 1), email="ada@example.com")
        link = reverse("admin:orders_order_change", args=[order.pk])
        assert link not in client.get(at(write(order_number=order.number))).text

    def test_other_messages_of_the_sender_are_at_hand(self, client, editor, write):
        member = factories.user()
        first = write(subject="The first", email="a@example.com", member=member)
        write(subject="A strangers")
        second = write(subject="The second", email="b@example.com", member=member)
        page = client.get(at(second)).text
        assert at(first) in page and "The first" in page and "A strangers" not in page


class TestReply:
    def test_it_goes_out_by_mail_and_stays_in_the_thread(
        self, client, editor, write, settings, django_capture_on_commit_callbacks
    ):
        thread = write(language="zh-hant")
        answer = press(client, thread, "reply", text="可以盛裝食物。\r\n\r\n墨葉")
        assert answer.status_code == 302
        assert state(thread) == "answered"
        message = thread.messages.get(from_shop=True)
        assert (message.text, message.author) == ("可以盛裝食物。\n\n墨葉", editor)
        received, reply = Mail.objects.exclude(kind="to_shop").order_by("pk")
        assert (reply.to, reply.language) == ("ada@example.com", "zh-hant")
        assert reply.subject == f"Re: {received.subject}"
        assert "Ada Byron您好：" in reply.text and "可以盛裝食物。" in reply.html
        assert "Is it food safe?" in reply.text
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
        for each in (received, reply):
            each.deliver()
        first, second = (each.message() for each in sent_mails.outbox)
        assert second["In-Reply-To"] == first["Message-ID"] == received.message_id
        assert second["References"] == received.message_id
        assert second["Reply-To"] == first["Reply-To"] == settings.SHOP_EMAIL
        assert first["References"] is None

    def test_each_answer_follows_all_before_it(self, client, editor, write, settings):
        thread = write()
        for text in ("One", "Two", "Three"):
            press(client, thread, "reply", text=text)
        ids = list(Mail.objects.exclude(kind="to_shop").order_by("pk").values_list("message_id"))
        last = Mail.objects.latest("pk")
        assert last.headers["References"].split() == [each for (each,) in ids[:-1]]
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
        last.deliver()
        assert sent_mails.outbox[-1].message()["In-Reply-To"] == ids[-2][0]

    def test_a_second_press_sends_nothing(self, client, editor, write):
        thread = write()
        page = parse(client.get(at(thread, "reply")).text)
        fields = form(page, "/reply/").fields | {"text": "It is."}
        answers = [client.post(at(thread, "reply"), fields) for _ in range(3)]
        assert {answer.status_code for answer in answers} == {302}
        assert Mail.objects.filter(kind="reply").count() == 1
        assert thread.messages.filter(from_shop=True).count() == 1

    @pytest.mark.parametrize(
        ("text", "words"),
        [("", "Write your answer."), ("x" * 10_001, "at most 10000"), ("a\0b", "cannot read")],
    )
    def test_what_is_wrong_is_told_beside_the_field(self, client, editor, write, text, words):
        thread = write()
        answer = press(client, thread, "reply", text=text)
        page = parse(answer.text)
        assert answer.status_code == 422
        field = page.get_element_by_id("id_text")
        assert field.get("aria-invalid") == "true"
        beside = page.get_element_by_id(field.get("aria-describedby"))
        assert words in beside.text_content()
        assert words in page.xpath("//*[@role='alert']//a[@href='#id_text']")[0].text
        assert state(thread) == "new" and not Mail.objects.filter(kind="reply").exists()


class TestStates:
    def test_from_new_to_closed_and_back(self, client, editor, write):
        thread, colleague = write(), staff("view_thread")
        assert offered(client, thread) == {"reply", "assign", "close"}
        assert said(press(client, thread, "assign", to=colleague.pk)) == [
            f"The message is {colleague.email}'s."
        ]
        assert (state(thread), thread.assignee) == ("open", colleague)
        press(client, thread, "reply", text="It is.")
        press(client, thread, "assign", to="")
        assert (state(thread), thread.assignee) == ("answered", None)
        press(client, thread, "close")
        assert state(thread) == "closed"
        assert offered(client, thread) == {"reopen"}
        press(client, thread, "reopen")
        assert state(thread) == "open"
        kinds = ["assigned", "answered", "assigned", "closed", "reopened"]
        assert [event.kind for event in thread.events.all()] == kinds
        assert {event.by for event in thread.events.all()} == {editor}

    @pytest.mark.parametrize("code", ["reply", "assign", "close"])
    def test_nothing_is_done_with_what_a_colleague_has_closed(self, client, editor, write, code):
        thread = write()
        page = parse(client.get(at(thread, code)).text)
        fields = form(page, f"/{code}/").fields | {"text": "It is."}
        thread.close(None)
        answer = client.post(at(thread, code), fields)
        assert said(answer) == ["That cannot be done as it is now."]
        assert state(thread) == "closed"
        assert thread.events.count() == 1 and thread.messages.count() == 1

    def test_two_who_close_at_once_close_once(self, write):
        thread = write()
        same = Thread.objects.get(pk=thread.pk)
        thread.close(None)
        with pytest.raises(NotNow):
            same.close(None)
        with pytest.raises(NotNow):
            same.reply("Late", None, thread.once)
        assert thread.events.count() == 1 and thread.messages.count() == 1

    def test_only_staff_is_to_choose_from(self, client, editor, write):
        stranger = factories.user()
        answer = press(client, write(), "assign", to=stranger.pk)
        assert answer.status_code == 422
        assert "Choose one of the list." in answer.text


class TestGuards:
    @pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.code)
    def test_who_may_only_look_does_nothing(self, client, write, deed):
        thread = write()
        if deed.code == "reopen":
            thread.close(None)
        before = state(thread)
        client.force_login(staff("view_thread"))
        assert offered(client, thread) == set()
        for ask in (client.get, client.post):
            assert ask(at(thread, deed.code), {"text": "It is."}).status_code == 403
        assert state(thread) == before and thread.messages.count() == 1

    def test_who_may_not_look_sees_nothing(self, client, write):
        thread = write(picture=picture())
        shown = reverse("admin:contact_message_picture", args=[thread.first.pk])
        client.force_login(staff("view_order"))
        for address in (INBOX, at(thread), shown):
            assert client.get(address).status_code == 403
        assert "for the shop" not in client.get("/admin/").text
        client.logout()
        for address in (INBOX, at(thread), at(thread, "reply"), shown):
            assert client.get(address).status_code == 302
        thread.first.picture.delete()

    def test_nothing_is_edited_or_deleted_but_by_deeds(self, client, write):
        client.force_login(factories.user(is_staff=True, is_superuser=True))
        thread = write()
        assert client.post(at(thread), {"subject": "x"}).status_code == 403
        assert client.post(at(thread, "delete"), {"post": "yes"}).status_code == 403
        assert client.get(f"{INBOX}add/").status_code == 403


class TestPicture:
    def test_it_is_shown_and_can_do_nothing(self, client, editor, write):
        _name, content = hostile.talkative()["PNG"]
        from contact.forms import ContactForm

        field = ContactForm.base_fields["picture"]
        thread = write(picture=field.clean(picture("a.png", content)))
        address = reverse("admin:contact_message_picture", args=[thread.first.pk])
        assert f'<img src="{address}"' in client.get(at(thread)).text
        answer = client.get(address)
        assert answer.status_code == 200
        body = b"".join(answer.streaming_content)
        assert body[:3] == b"\xff\xd8\xff" and b"canary" not in body
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "no-store" in answer["Cache-Control"]
        thread.first.picture.delete()

    def test_a_message_without_one_has_none(self, client, editor, write):
        thread = write()
        address = reverse("admin:contact_message_picture", args=[thread.first.pk])
        assert client.get(address).status_code == 404
        assert "<img" not in client.get(at(thread)).text.partition("<main")[2]
        assert not Message.objects.exclude(picture="").exists()


def test_the_inbox_speaks_both_languages(client, editor, write):
    thread = write()
    for editor.language, words in (("en", "Reply"), ("zh-hant", "回覆")):
        editor.save()
        assert words in client.get(at(thread)).text
