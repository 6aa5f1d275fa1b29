"""Asking for letters while Redis is away: it works, and floods are held back still."""

import os
import signal
import time

import pytest

import services
from newsletter.limits import Limit
from web.cache import Cache


@pytest.fixture
def redis(tmp_path, monkeypatch):
    """The process's own Redis, which may be sent signals, and the limits' cache on it."""
    with services.redis(tmp_path) as url:
        options = {"SOCKET_CONNECT_TIMEOUT": 0.3, "SOCKET_TIMEOUT": 0.3, "IGNORE_EXCEPTIONS": True}
        cache = Cache(url, {"OPTIONS": options})
        monkeypatch.setattr("newsletter.limits.cache", cache)
        monkeypatch.setattr(Cache, "away_until", 0.0)
        cache.clear()  # what this process remembers of another test
        yield cache.client.get_client().info()["process_id"]


@pytest.mark.outside
@pytest.mark.parametrize("how", [None, signal.SIGKILL, signal.SIGSTOP], ids=str)
def test_it_counts_on(client, db, redis, how):
    if how:
        os.kill(redis, how)
    began = time.monotonic()
    try:
        statuses = [
            client.post("/newsletter/", {"email": f"{n}@example.com"}).status_code
            for n in range(21)
        ]
    finally:
        if how == signal.SIGSTOP:
            os.kill(redis, signal.SIGCONT)
    assert statuses == [303] * 20 + [422]
    assert time.monotonic() - began < 6


def test_each_is_counted_alone_and_nobody_is_not_counted():
    limit = Limit("a-test", most=2, seconds=60)
    assert [limit.passed("ada") for _ in range(3)] == [False, False, True]
    assert not limit.passed("grace")
    assert not any(limit.passed("") for _ in range(9))
