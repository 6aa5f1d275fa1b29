"""Mail waits in the database: sent once, again after a failure, never forgotten."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db.models.functions import Now

from mailboxes import Meddling
from outbox import tasks
from outbox.models import Message
from outbox.post import post, sweep_due

pytestmark = pytest.mark.django_db


def write(to="ada@example.com", about="order-event:1", kind="placed"):
    return post(about, kind, to=to, language="en", subject="Hello", text="Words", html="<p>Words")


def use(settings, mailbox):
    settings.MAILERS = {"default": {"BACKEND": f"mailboxes.{mailbox}"}}


def wait(message):
    """How long after a failure the next try is, in minutes."""
    found = Message.objects.filter(pk=message.pk).values_list("claimed_until", Now())
    claimed_until, now = found.get()
    return round((claimed_until - now) / timedelta(minutes=1))


def lapse(**which):
    Message.objects.filter(**which).update(claimed_until=Now() - timedelta(seconds=1))


class TestDelivering:
    def test_it_is_sent_once(self, mailoutbox):
        message = write()
        assert message.deliver() is True
        assert message.deliver() is False
        tasks.deliver.run(message.pk)
        sweep_due()
        assert len(mailoutbox) == 1
        message.refresh_from_db()
        assert message.sent_at is not None
        assert message.tries == 1

    def test_it_goes_out_as_text_and_html_under_its_own_id(self, mailoutbox):
        message = write()
        message.deliver()
        [sent] = mailoutbox
        assert sent.to == ["ada@example.com"]
        assert (sent.subject, sent.body) == ("Hello", "Words")
        assert [(part.content, part.mimetype) for part in sent.alternatives] == [
            ("<p>Words", "text/html")
        ]
        assert sent.message()["Message-ID"] == message.message_id
        assert re.fullmatch(r"<[0-9a-f-]{36}@127\.0\.0\.1>", message.message_id)

    def test_while_one_sends_another_does_not(self, settings, mailoutbox):
        use(settings, "Meddling")
        Meddling.answers.clear()
        write().deliver()
        assert Meddling.answers == [False]
        assert len(mail.outbox) == 1

    def test_a_sender_that_died_loses_nothing(self, mailoutbox):
        message = write()
        Message.objects.update(claimed_until=Now() + timedelta(minutes=5), tries=1)
        sweep_due()
        assert mailoutbox == []
        lapse()
        sweep_due()
        assert [sent.message()["Message-ID"] for sent in mailoutbox] == [message.message_id]

    def test_the_task_of_a_message_that_has_gone_does_nothing(self, mailoutbox):
        tasks.deliver.run(987654321)
        assert mailoutbox == []


class TestFailing:
    def test_it_stays_due_later_each_time_and_at_most_a_day(self, settings):
        use(settings, "Refusing")
        message = write("refused@example.com")
        waits = []
        for _ in range(12):
            message.refresh_from_db()
            with pytest.raises(OSError, match="refused"):
                message.deliver()
            assert message.deliver() is False
            waits.append(wait(message))
            lapse()
        assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440]
        message.refresh_from_db()
        assert message.sent_at is None
        assert message.tries == 12

    def test_a_mail_that_fails_for_months_keeps_no_other_waiting(self, settings, caplog):
        use(settings, "Refusing")
        write("refused@example.com")
        Message.objects.update(tries=400)
        write("ada@example.com", about="order-event:2")
        sweep_due()
        assert [sent.to for sent in mail.outbox] == [["ada@example.com"]]

    def test_the_id_is_the_same_at_each_try(self, settings, mailoutbox):
        use(settings, "Refusing")
        message = write("refused@example.com")
        with pytest.raises(OSError):
            message.deliver()
        Message.objects.update(to="ada@example.com")
        lapse()
        sweep_due()
        assert mail.outbox[0].message()["Message-ID"] == message.message_id

    @pytest.mark.parametrize("who", ["refused", "broken"])
    def test_the_sweep_goes_on_past_a_mail_that_fails(self, settings, caplog, who):
        use(settings, "Refusing")
        first, _second = write(f"{who}@example.com"), write("ada@example.com", "order-event:2")
        tasks.sweep.run()
        assert [sent.to for sent in mail.outbox] == [["ada@example.com"]]
        assert f"mail {first.pk} was not sent" in caplog.text


class TestRinging:
    def test_the_doorbell_rings_after_the_commit_and_not_before(
        self, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks() as callbacks:
            write()
        assert len(callbacks) == 1

    def test_the_same_kind_about_the_same_event_is_written_once(self):
        from django.db import IntegrityError, transaction

        write()
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
        write(kind="paid")
