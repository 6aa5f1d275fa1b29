"""What a mail server answers is accounted for, letter by letter."""

import socket
from datetime import timedelta

import pytest
from django.db.models.functions import Now

import services
from campaigning import begun, of, readers, send, states
from campaigns import sending
from campaigns.models import Delivery
from campaigns.models.campaign import REFUSALS
from config.mail import mailer
from newsletter.models import Subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def due(**which):
    Delivery.objects.filter(**which).update(due_at=Now())


def lapse():
    Delivery.objects.update(claimed_until=Now() - timedelta(seconds=1))


class TestAnswers:
    def test_a_mailbox_that_is_not_there_gets_no_letter_ever_again(self, sink):
        server = sink()
        readers("refused-1", "ada")
        made = send(begun())
        assert (made.state, states(made)) == ("sent", {"failed": 1, "sent": 1})
        found = of("refused-1")
        assert (found.reason, found.said) == ("no_mailbox", "550 5.1.1 no such mailbox")
        reader = Subscriber.objects.get(pk=found.subscriber_id)
        assert (reader.state, reader.reason) == ("suppressed", "bounced")
        assert [to for to, _id in server.accepted()] == ["ada@example.com"]

    def test_a_server_that_refuses_letter_after_letter_pauses_it(self, sink):
        sink()
        readers(*(f"policy-{n}" for n in range(REFUSALS + 10)))
        readers("ada")
        made = send(begun())
        assert (made.state, states(made)) == ("paused", {"failed": REFUSALS, "pending": 11})
        assert [each.kind for each in made.events.all()] == ["begun", "refused"]
        assert made.refusal == "550 5.7.1 not from you"
        made.resume(None)
        assert (made.refusal, send(made).state) == ("", "sent")
        assert states(made) == {"failed": REFUSALS + 10, "sent": 1}

    def test_refusals_are_counted_from_the_last_letter_that_was_accepted(self, sink, monkeypatch):
        sink()
        monkeypatch.setattr(sending, "MOST", 7)
        for n in range(3):
            readers(*(f"policy-{n}-{m}" for m in range(REFUSALS - 1)), f"ada-{n}")
        assert send(begun()).state == "sent"

    @pytest.mark.parametrize("who", ["policy", "content"])
    def test_a_letter_that_is_refused_puts_nobody_off_the_list(self, sink, who):
        sink()
        readers(who)
        send(begun())
        assert (of(who).state, of(who).reason) == ("failed", "refused")
        assert Subscriber.objects.get().is_on_the_list

    def test_a_letter_that_is_put_off_is_sent_later_and_later_and_at_last_not(self, sink):
        sink()
        readers("later", "ada")
        made, waits = send(begun()), []
        assert (made.state, states(made)) == ("sending", {"pending": 1, "sent": 1})
        while of("later").state == "pending":
            due_at, now = (
                Delivery.objects.filter(state="pending").values_list("due_at", Now()).get()
            )
            waits.append(round((due_at - now) / timedelta(minutes=1)))
            send(made)
            assert of("later").tries == len(waits)
            due(state="pending")
            send(made)
        assert waits == [5, 10, 20, 40, 80, 160, 320, 640]
        assert (of("later").reason, of("later").said) == ("gave_up", "451 4.3.0 not now")
        assert send(made).state == "sent"

    def test_a_line_that_breaks_before_the_letter_loses_nothing(self, sink):
        sink()
        readers("hangup", "ada", "grace")
        made = send(begun())
        assert states(made) == {"sent": 2, "pending": 1}
        assert of("hangup").due_at > of("ada").accepted_at

    def test_a_reader_over_whom_the_line_breaks_each_time_is_given_up(self, sink):
        sink()
        readers("hangup")
        made = begun()
        for _ in range(9):
            due()
            send(made)
        assert (of("hangup").state, of("hangup").reason) == ("failed", "gave_up")
        assert send(made).state == "sent"

    def test_a_line_that_breaks_after_it_makes_it_not_known_and_it_is_not_sent_again(self, sink):
        server = sink()
        readers("silent", "ada")
        made = send(begun())
        due()
        lapse()
        send(made)
        assert (made.state, states(made)) == ("sent", {"unknown": 1, "sent": 1})
        assert [to for to, _id in server.accepted()] == ["silent@example.com", "ada@example.com"]

    def test_without_a_mail_server_all_waits_and_nothing_counts(self, settings, caplog):
        nobody = mailer(f"smtp://127.0.0.1:{services.free_port()}")
        settings.MAILERS = settings.MAILERS | {"letters": nobody}
        readers(3)
        made = send(begun())
        assert states(made) == {"pending": 3}
        assert set(made.deliveries.values_list("tries", flat=True)) == {0}
        assert "waits" in caplog.text

    def test_a_server_that_hangs_is_given_up(self, settings):
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            silent = mailer(f"smtp://127.0.0.1:{deaf.getsockname()[1]}")
            silent["OPTIONS"]["timeout"] = 0.2
            settings.MAILERS = settings.MAILERS | {"letters": silent}
            readers(2)
            assert states(send(begun())) == {"pending": 2}

    def test_what_was_refused_may_be_sent_again_but_no_lost_mailbox(self, sink, settings):
        sink()
        readers("policy", "refused")
        made = send(begun())
        settings.MAILERS = settings.MAILERS | {"letters": mailer("anymail://test")}
        assert made.send_again([of("policy").pk, of("refused").pk], None) == 1
        assert (of("policy").reason, made.state) == ("", "sending")
        send(made)
        assert (of("policy").state, of("refused").state) == ("sent", "failed")
