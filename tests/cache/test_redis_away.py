"""While Redis is away everything is worked out directly, few at a time, and nothing waits long."""

import os
import signal
import threading
import time
from contextlib import suppress

import pytest
from django.core.cache import caches

import cache.flight as flight
import services
from cache.flight import once
from cache.redis import Away
from cache.versions import SHOP, changed
from keeping import kept_in
from races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.outside]


@pytest.fixture
def server(tmp_path):
    """A Redis of the test's own: its process id."""
    with services.redis(tmp_path) as url, kept_in(url) as store:
        pid = store.redis.info()["process_id"]
        yield pid
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hanging"])
def test_it_is_worked_out_and_a_second_is_not_lost(server, how):
    assert once("name", lambda: "kept") == "kept"
    os.kill(server, how)
    began = time.monotonic()
    answers = [once("name", lambda: "new") for _ in range(20)]
    assert answers == ["new"] * 20
    assert time.monotonic() - began < 1


def test_it_may_be_emptied_at_any_time(server):
    """As a restart does: also between the making of a version and the reading of it."""
    redis, done = caches["kept"].redis, threading.Event()

    def empty():
        while not done.is_set():
            redis.flushdb()

    emptying = [threading.Thread(target=empty) for _ in range(3)]
    for each in emptying:
        each.start()
    try:
        assert {once("name", lambda: "right") for _ in range(1500)} == {"right"}
    finally:
        done.set()
        for each in emptying:
            each.join()


def test_only_a_few_work_at_once(server):
    os.kill(server, signal.SIGKILL)
    running, most = [], []
    guard = threading.Lock()

    def work():
        with guard:
            running.append(1)
            most.append(len(running))
        time.sleep(0.05)
        once("nested", lambda: 1)  # what one works out may need something else: no second place
        with guard:
            running.pop()
        return 1

    assert at_once([lambda: once("name", work)] * 12) == [1] * 12
    assert max(most) == flight.AT_ONCE


def test_a_change_that_redis_did_not_hear_of_is_told_when_it_is_back(server):
    assert once("name", lambda: "old") == "old"
    os.kill(server, signal.SIGSTOP)
    changed(SHOP)
    os.kill(server, signal.SIGCONT)
    Away.until = 0.0
    assert once("name", lambda: "new") == "new"
    assert once("name", lambda: "newer") == "new"
