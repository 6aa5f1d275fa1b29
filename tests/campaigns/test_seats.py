"""However often a campaign is rung for, few send it at once."""

import uuid
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from campaigning import begun, campaign, readers, send, states
from campaigns import sending, tasks
from campaigns.models import Seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue(monkeypatch, settings):
    """The tasks that were rung for and that no worker has begun."""
    settings.LETTERS_AT_ONCE = 2
    rung: list[str] = []
    monkeypatch.setattr("campaigns.models.campaign.ring", lambda _task, *rest: rung.append(*rest))
    return rung


def lapse():
    Seat.objects.update(until=Now() - timedelta(seconds=1))


def test_sweeps_do_not_multiply_those_who_wait_in_the_queue(queue):
    readers(10)
    begun()
    for _ in range(20):
        tasks.sweep.run()
    assert len(queue) == 2


def test_nor_those_who_ring_for_themselves(queue, mailoutbox, monkeypatch):
    readers(10)
    begun()
    monkeypatch.setattr(sending, "LONGEST", -1)  # nobody has time for a single letter
    for _ in range(20):
        tasks.sweep.run()
        tasks.send.run(queue.pop(0))
        assert len(queue) == 2


def test_of_many_with_one_ticket_one_sends_and_rings(queue, mailoutbox, monkeypatch):
    readers(10)
    begun()
    monkeypatch.setattr(sending, "LONGEST", -1)
    ticket = queue.pop()
    queue.clear()
    for _ in range(5):
        tasks.send.run(ticket)
    assert len(queue) == 1 and queue[0] != ticket


def test_who_was_long_in_the_queue_may_still_come(queue, mailoutbox):
    readers(3)
    made = begun()
    waited = queue[0]
    lapse()
    tasks.sweep.run()
    assert len(queue) == 4
    tasks.send.run(waited)
    assert states(made) == {"sent": 3}


def test_the_seat_of_who_was_killed_is_free_after_a_while(queue):
    readers(3)
    begun()
    for ticket in queue:
        assert Seat.objects.sit(ticket)
    tasks.sweep.run()
    assert len(queue) == 2
    lapse()
    tasks.sweep.run()
    assert len(queue) == 4 and len(set(queue)) == 4


def test_who_was_held_to_be_dead_and_is_not_rings_no_more(queue):
    begun()
    slow = Seat.objects.sit(queue[0])
    lapse()
    tasks.sweep.run()
    assert Seat.objects.sit(queue[2]).pk == slow.pk
    assert not slow.prolong()
    slow.leave()
    assert Seat.objects.get(pk=slow.pk).until is not None


def test_a_seat_from_before_the_clock_was_set_back_is_free(queue):
    begun()
    Seat.objects.update(until=Now() + timedelta(hours=2))
    tasks.sweep.run()
    assert len(queue) == 4


def test_a_pause_frees_the_seats_and_who_resumes_need_not_wait(queue, mailoutbox):
    readers(3)
    made = begun()
    made.pause(None)
    while queue:
        tasks.send.run(queue.pop())
    made.resume(None)
    assert len(queue) == 2 and mailoutbox == []


def test_where_fewer_may_send_than_before_the_others_stop(queue, settings, mailoutbox):
    readers(3)
    made = begun()
    settings.LETTERS_AT_ONCE = 1
    tasks.send.run(queue[1])
    assert states(made) == {} and mailoutbox == []
    tasks.send.run(queue[0])
    assert states(made) == {"sent": 3}


def test_each_campaign_has_its_own(queue):
    begun()
    begun()
    assert len(queue) == 4


def test_a_ticket_of_nobody_does_nothing(queue, mailoutbox):
    readers(3)
    made = begun()
    for ticket in (str(uuid.uuid4()), made.pk):  # such as older versions rang with
        tasks.send.run(ticket)
    assert mailoutbox == []


def test_a_campaign_with_seats_can_be_deleted(queue):
    made = campaign()
    Seat.objects.hold_free(made.pk)
    made.delete()
    assert not Seat.objects.exists()


def test_it_is_sent_to_the_end(queue, mailoutbox):
    readers(5)
    assert send(begun()).state == "sent"
