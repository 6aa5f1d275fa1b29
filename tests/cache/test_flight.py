"""What many ask for at once is worked out by one; with a real Redis, and in a process's memory."""

import threading
import time
from contextlib import suppress

import pytest
from django.core.cache import caches
from django.db import transaction

import cache.flight as flight
from cache import memory, versions
from cache.flight import many, once
from cache.versions import SHOP, STOCK, changed
from races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(params=["redis", "memory"])
def store(request, monkeypatch):
    """A store of the kind that the shop uses with Redis, and of the kind it uses without."""
    if request.param == "redis":
        return request.getfixturevalue("kept")
    monkeypatch.setattr(memory, "LONGEST", 60.0)  # the machines that run this are slow at times
    caches["kept"].clear()
    return caches["kept"]


class Source:
    """Something slow; counts how often it was asked."""

    def __init__(self, seconds=0.0):
        self.asked, self.seconds = 0, seconds

    def __call__(self):
        self.asked += 1
        mine = self.asked
        time.sleep(self.seconds)
        return mine


def grown_stale(store):
    """Let every entry's fresh time be over."""
    entries = store.read([f"{versions.current([SHOP])}:name"])
    assert entries
    store.write({key: (value, 0.0) for key, (value, _until) in entries.items()}, 60)


def test_it_is_worked_out_once_and_then_read(store):
    source = Source()
    assert [once("name", source) for _ in range(3)] == [1, 1, 1]


def test_nothing_is_a_value_too(store):
    asked = []
    for _ in range(2):
        assert once("name", lambda: asked.append(1)) is None
    assert asked == [1]


@pytest.mark.parametrize("number", [2, 50])
def test_many_at_once_ask_the_source_once(store, number):
    source = Source(0.2)
    assert at_once([lambda: once("name", source)] * number) == [1] * number
    assert source.asked == 1


def test_control_without_the_lock_many_ask_the_source(store, monkeypatch):
    monkeypatch.setattr(type(store), "lock", lambda self, keys, seconds: dict.fromkeys(keys, "x"))
    source = Source(0.2)
    at_once([lambda: once("name", source)] * 20)
    assert source.asked > 1


def test_a_stale_value_is_given_to_all_but_the_one_who_renews_it(store):
    once("name", Source())
    grown_stale(store)
    source = Source(0.3)

    def timed():
        began = time.monotonic()
        return once("name", source), time.monotonic() - began

    answers = at_once([timed] * 8)
    assert source.asked == 1
    assert len([seconds for _value, seconds in answers if seconds >= 0.3]) == 1


def test_a_failed_fill_leaves_the_lock_to_the_next(store):
    def fails():
        raise RuntimeError

    for _ in range(2):
        with suppress(RuntimeError):
            once("name", fails)
    assert once("name", Source()) == 1


def test_the_lock_of_a_holder_that_died_ends_and_one_of_the_waiting_takes_over(store, monkeypatch):
    monkeypatch.setattr(flight, "HELD", 0.5)
    store.lock([f"{versions.current([SHOP])}:name"], 0.5)  # and never gives it back
    source = Source(0.1)
    assert at_once([lambda: once("name", source)] * 10) == [1] * 10


def test_who_waits_too_long_works_it_out_alone(store, monkeypatch):
    monkeypatch.setattr(flight, "PATIENCE", 0.2)
    store.lock([f"{versions.current([SHOP])}:name"], 60)
    assert once("name", Source()) == 1


def test_a_lock_is_given_back_by_its_holder_alone(store):
    mine = store.lock(["key"], 0.1)
    time.sleep(0.15)
    theirs = store.lock(["key"], 60)
    assert mine and theirs
    store.unlock(mine)
    assert store.lock(["key"], 60) == {}
    store.unlock(theirs)
    assert store.lock(["key"], 60)


def test_a_change_is_seen_by_the_next_who_asks(store):
    source = Source()
    once("name", source)
    changed(SHOP)
    assert once("name", source) == 2


def test_a_change_of_stock_leaves_alone_what_does_not_tell_of_it(store):
    words, shelf = Source(), Source()
    for _ in range(2):
        once("words", words)
        once("shelf", shelf, SHOP, STOCK)
        changed(STOCK)
    assert (words.asked, shelf.asked) == (1, 2)


def test_a_change_counts_once_it_is_committed_and_not_if_it_is_undone(store):
    source = Source()
    once("name", source)
    with suppress(RuntimeError), transaction.atomic():
        changed(SHOP)
        raise RuntimeError
    assert once("name", source) == 1
    with transaction.atomic():
        changed(SHOP)
        changed(SHOP)
        assert len(transaction.get_connection().run_on_commit) == 1
    assert once("name", source) == 2


def test_who_works_from_old_rows_writes_what_nobody_reads(store):
    began, goes_on = threading.Event(), threading.Event()

    def slow():
        began.set()
        goes_on.wait(5)
        return "old"

    filler = threading.Thread(target=once, args=("name", slow))
    filler.start()
    began.wait(5)
    changed(SHOP)
    assert once("name", lambda: "new") == "new"
    goes_on.set()
    filler.join()
    assert once("name", lambda: "newer") == "new"


def test_in_a_transaction_nothing_is_kept(store):
    source = Source()
    once("name", source)
    with transaction.atomic():
        assert once("name", source) == 2
    assert once("name", source) == 1


def test_many_are_read_together_and_the_missing_ones_filled_together(store):
    asked = []

    def fill(names):
        asked.append(names)
        return {name: name.upper() for name in names if name != "gone"}

    assert many(["a", "b"], fill) == {"a": "A", "b": "B"}
    assert many(["b", "c", "gone", "c"], fill) == {"b": "B", "c": "C", "gone": None}
    assert many(["c", "gone"], fill) == {"c": "C", "gone": None}
    assert many([], fill) == {}
    assert asked == [["a", "b"], ["c", "gone"]]


def test_a_kept_value_is_nobodys_to_change(store):
    once("name", lambda: [1]).append(2)
    assert once("name", list) == [1]


def test_without_redis_a_process_keeps_nothing_for_longer_than_a_second():
    store = memory.Kept("short", {})
    store.write({"key": 1}, 3600)
    assert store.read(["key"]) == {"key": 1}
    time.sleep(memory.LONGEST + 0.1)
    assert store.read(["key"]) == {}


def test_caches_of_a_shop_without_redis_are_its_own_memory():
    assert type(caches["kept"]) is memory.Kept
