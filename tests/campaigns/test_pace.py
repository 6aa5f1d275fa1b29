"""All senders together keep the pace, and none waits long for it."""

import queue
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now

from campaigning import begun, readers, send, states
from campaigns import sending, tasks
from campaigns.models import Pace

pytestmark = pytest.mark.slow

PATIENT = 60  # seconds


@pytest.fixture
def naps(monkeypatch):
    """Nobody sleeps: how long they would have."""
    found: list[float] = []
    monkeypatch.setattr(sending.time, "sleep", found.append)
    return found


def free_in(seconds):
    Pace.objects.update_or_create(
        name="letters", defaults={"free_at": Now() + timedelta(seconds=seconds)}
    )


def reserved():
    """Seconds from now."""
    free_at, now = Pace.objects.values_list("free_at", Now()).get()
    return (free_at - now).total_seconds()


@pytest.mark.django_db
class TestSlots:
    def test_they_are_given_one_after_the_other(self):
        assert Pace.objects.reserve(20, 10, PATIENT) == 0
        assert 1.5 < Pace.objects.reserve(20, 10, PATIENT) <= 2
        assert 3.5 < Pace.objects.reserve(20, 10, PATIENT) <= 4

    def test_who_will_not_wait_so_long_takes_none(self):
        Pace.objects.reserve(60, 10, PATIENT)
        assert Pace.objects.reserve(20, 10, 5) is None
        assert 5 < reserved() <= 6

    def test_a_clock_that_was_set_back_stops_nobody(self):
        free_in(7200)
        assert Pace.objects.reserve(20, 10, 5) == 0
        assert 1.5 < reserved() <= 2


@pytest.mark.django_db
class TestSenders:
    @pytest.fixture(autouse=True)
    def _pace(self, settings):
        settings.LETTERS_PER_SECOND = 20

    def test_letters_keep_the_pace(self, sink):
        server = sink()
        readers(30)
        begun_at = time.monotonic()
        send(begun())
        assert len(server.accepted()) == 30
        assert time.monotonic() - begun_at > 1.4

    def test_one_for_whom_there_is_no_slot_soon_leaves_its_seat(self, mailoutbox, naps):
        readers(3)
        made = begun()
        free_in(6)
        send(made)
        assert states(made) == {"pending": 3} and naps == []
        assert 5 < reserved() <= 6

    def test_one_that_has_waited_sends_though_its_wait_was_long(self, mailoutbox, monkeypatch):
        monkeypatch.setattr(sending, "LONGEST", 0.5)
        readers(3)
        made = begun()
        free_in(0.48)
        assert send(made).state == "sent" and len(mailoutbox) == 3

    def test_after_a_clock_was_set_back_it_goes_on_at_once(self, mailoutbox, naps):
        readers(3)
        free_in(7200)
        assert send(begun()).state == "sent"
        assert max(naps) <= 2  # the slots of one handful, where a second one looks for more


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_senders_go_on_at_the_pace(sink, settings, monkeypatch):
    """As four processes would, with waits of a fourth: 10 letters are half a second's."""
    settings.LETTERS_PER_SECOND, settings.LETTERS_AT_ONCE = 20, 4
    monkeypatch.setattr(sending, "MOST", 10)
    monkeypatch.setattr(sending, "LONGEST", 1.25)
    rung: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr("campaigns.models.campaign.ring", lambda _task, ticket: rung.put(ticket))
    server = sink()
    readers(100)
    begun_at = time.monotonic()
    begun()
    with ThreadPoolExecutor(4) as workers:
        for _ in range(4):
            workers.submit(_work, rung)
        while len(server.accepted()) < 100 and time.monotonic() - begun_at < 15:
            time.sleep(0.25)
            tasks.sweep.run()
        took = time.monotonic() - begun_at
        for _ in range(rung.qsize() + 8):
            rung.put("")
    assert len(server.accepted()) == 100
    assert 4.4 < took < 7


def _work(rung):
    try:
        while ticket := rung.get():
            tasks.send.run(ticket)
    finally:
        connections.close_all()
