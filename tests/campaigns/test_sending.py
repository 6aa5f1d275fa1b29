"""Each letter goes out once, over a real mail server, and each answer is accounted for."""

import uuid
from contextlib import closing
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from campaigning import begun, campaign, handful, of, readers, send, states, turn
from campaigns import sending, tasks
from campaigns.fan_out import fan_out
from campaigns.ledger import Ledger
from campaigns.models import Campaign, Delivery, NotNow
from letters import ADA, on_the_list
from newsletter.models import Subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def lapse(**which):
    """As if the time of who holds these were over."""
    Delivery.objects.filter(**which).update(claimed_until=Now() - timedelta(seconds=1))


def due(**which):
    Delivery.objects.filter(**which).update(due_at=Now())


class TestSending:
    def test_each_reader_gets_it_once_and_then_it_is_sent(self, sink):
        server = sink()
        readers(250)
        made = send(begun())
        assert (made.state, states(made)) == ("sent", {"sent": 250})
        assert sorted({to for to, _id in server.accepted()}) == sorted(
            f"reader-{n}@example.com" for n in range(250)
        )
        assert len({name for _to, name in server.accepted()}) == len(server.accepted()) == 250
        assert made.ended_at and made.events.last().kind == "sent"
        turn(made)
        assert len(server.accepted()) == 250

    def test_each_reads_it_in_their_language(self, mailoutbox):
        readers("ada")
        readers("lin", language="zh-hant")
        send(begun())
        assert {each.to[0]: each.subject for each in mailoutbox} == {
            "ada@example.com": "New cups",
            "lin@example.com": "新杯子",
        }
        assert {each.extra_headers["Content-Language"] for each in mailoutbox} == {"en", "zh-hant"}

    def test_what_it_says_is_worked_out_once_for_a_handful(self, sink):
        sink()
        readers(20)
        made = begun()
        with CaptureQueriesContext(connection) as found:
            send(made)
        words = [each["sql"] for each in found if "campaigns_block" in each["sql"]]
        assert len(words) == len(settings.LANGUAGES)

    def test_who_has_left_meanwhile_is_left_out_and_that_is_noted(self, mailoutbox):
        ada, grace, _jean = readers("ada", "grace", "jean")
        made = begun()
        fan_out(made.pk)
        ada.leave()
        grace.suppress(Subscriber.Reason.COMPLAINED)
        send(made)
        assert states(made) == {"sent": 1, "skipped": 2}
        assert of("ada").reason == of("grace").reason == "off_the_list"
        assert [each.to for each in mailoutbox] == [["jean@example.com"]]
        made.refresh_from_db()
        assert made.state == "sent"

    def test_while_one_holds_a_letter_nobody_else_sends_it(self, mailoutbox):
        readers(3)
        made = begun()
        fan_out(made.pk)
        Delivery.objects.take(made.pk, uuid.uuid4(), 2)
        send(made)
        assert len(mailoutbox) == 1
        lapse()
        send(made)
        assert states(made) == {"sent": 3} and len(mailoutbox) == 3

    def test_a_sender_lets_others_have_their_turn(self, mailoutbox, monkeypatch):
        monkeypatch.setattr(sending, "MOST", 4)
        readers(10)
        made = begun()
        handful(made)
        assert len(mailoutbox) == 4
        monkeypatch.setattr(sending, "LONGEST", -1)
        turn(made)
        assert len(mailoutbox) == 4 and states(made) == {"sent": 4, "pending": 6}
        assert not Delivery.objects.filter(state="pending", claim__isnull=False).exists()


class TestNotKnown:
    @pytest.fixture
    def unknown(self, mailoutbox):
        """Two letters over which their sender died; a third went out."""
        readers("ada", "grace", "jean")
        made = begun()
        fan_out(made.pk)
        held = Delivery.objects.take(made.pk, claim := uuid.uuid4(), 2)
        for each in held:
            assert Ledger(claim).goes(each)
        lapse(state="sending")
        tasks.sweep.run()
        send(made)
        assert (made.state, states(made)) == ("sent", {"unknown": 2, "sent": 1})
        return made

    def test_it_is_never_sent_again_by_itself(self, unknown, mailoutbox):
        for _ in range(3):
            due()
            lapse()
            tasks.sweep.run()
            send(unknown)
        assert states(unknown) == {"unknown": 2, "sent": 1}

    def test_an_editor_may_have_it_sent_again_under_the_same_id(self, unknown, mailoutbox):
        unknown.send_again([of("ada").pk, of("jean").pk], None)
        assert unknown.state == "sending"
        send(unknown)
        assert (unknown.state, states(unknown)) == ("sent", {"unknown": 1, "sent": 2})
        assert mailoutbox[-1].extra_headers["Message-ID"] == of("ada").message_id

    def test_or_leave_it(self, unknown):
        unknown.deliveries.all().leave_so()
        assert states(unknown) == {"failed": 2, "sent": 1}

    def test_an_answer_that_comes_late_counts(self, unknown):
        delivery = of("ada")
        with closing(Ledger(delivery.claim)) as ledger:
            ledger.accept(delivery, "")
        assert of("ada").state == "sent"


class TestStopping:
    def test_paused_nothing_more_goes_out_until_it_is_resumed(self, mailoutbox, monkeypatch):
        monkeypatch.setattr(sending, "MOST", 3)
        readers(10)
        made = begun()
        handful(made)
        made.pause(None)
        send(made)
        tasks.sweep.run()
        assert len(mailoutbox) == 3
        made.resume(None)
        assert send(made).state == "sent" and len(mailoutbox) == 10

    def test_paused_in_the_midst_of_a_handful_it_stops_at_once(self, mailoutbox, monkeypatch):
        readers(10)
        made = begun()
        real = sending.Line.send

        def then_pause(line, letter):
            if len(mail.outbox) == 2:
                Campaign.objects.get(pk=made.pk).pause(None)
            return real(line, letter)

        monkeypatch.setattr(sending.Line, "send", then_pause)
        send(made)
        assert len(mailoutbox) == 3 and states(made) == {"sent": 3, "pending": 7}

    def test_cancelled_it_is_not_sent_again(self, mailoutbox):
        readers(3)
        made = begun()
        made.cancel(None)
        send(made)
        assert mailoutbox == []
        for verb in (made.begin, made.pause, made.resume, made.cancel):
            with pytest.raises(NotNow):
                verb(None)


class TestSweep:
    def test_what_is_scheduled_begins_when_its_moment_has_come(self, mailoutbox):
        readers(1)
        made = campaign()
        made.schedule(made.made_at + timedelta(days=1), None)
        tasks.sweep.run()
        made.refresh_from_db()
        assert made.state == "scheduled"
        Campaign.objects.update(scheduled_at=Now())
        tasks.sweep.run()
        assert send(made).state == "sent" and len(mailoutbox) == 1

    def test_what_has_been_emptied_since_it_was_scheduled_is_a_draft_again(self, mailoutbox):
        readers(1)
        made = campaign()
        made.schedule(made.made_at, None)
        made.blocks.all().delete()
        tasks.sweep.run()
        made.refresh_from_db()
        assert (made.state, made.events.last().kind) == ("draft", "withdrawn")

    def test_a_letter_that_waits_in_what_has_ended_is_sent(self, mailoutbox):
        readers("ada", "grace")
        made, other = send(begun()), send(begun())
        Delivery.objects.filter(pk=made.deliveries.first().pk).update(state="unknown")
        late = made.deliveries.first()
        late.put_off(late.claim, "451 4.3.0 not now")
        tasks.sweep.run()
        made.refresh_from_db()
        other.refresh_from_db()
        assert (made.state, made.ended_at, other.state) == ("sending", None, "sent")
        due(state="pending")
        assert send(made).state == "sent" and len(mailoutbox) == 5

    def test_it_ends_what_has_nothing_left_to_send(self):
        made = begun()
        turn(made)
        tasks.sweep.run()
        made.refresh_from_db()
        assert made.state == "sent"


def test_a_letter_can_be_left_with_one_press_and_that_is_told_of_the_letter(client, mailoutbox):
    on_the_list(ADA)
    made = send(begun())
    headers = mailoutbox[0].extra_headers
    address = headers["List-Unsubscribe"].strip("<>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = address.split("/", 3)[3]
    for method in (client.get, client.head):
        assert method(f"/{path}").status_code == 200
    assert Subscriber.objects.get().is_on_the_list
    assert client.post(f"/{path}", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Subscriber.objects.get().state == "left"
    assert made.deliveries.get().unsubscribed_at is not None
