"""The brake: who it counts, how long, and that it holds while Redis is away."""

import pytest
from django.core.cache import cache
from django.test import RequestFactory

import services
from cache.redis import Away
from web.throttle import Throttle, client_of


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


THREE = Throttle("test", most=3, seconds=60)


def test_the_fourth_is_one_too_many():
    assert [THREE.count("a") for _ in range(4)] == [True, True, True, False]
    assert THREE.is_spent("a") and THREE.is_spent("b", "a")
    assert not THREE.is_spent("b")


def test_each_who_is_named_is_counted_by_itself():
    for n in range(3):
        assert THREE.count("net", f"{n}@example.com")
    assert not THREE.count("net", "new@example.com")
    assert THREE.count("other net", "new@example.com")
    assert THREE.count("other net", "new@example.com")
    assert not THREE.count("third net", "new@example.com")


def test_one_brake_knows_nothing_of_another():
    for _ in range(3):
        THREE.count("a")
    assert Throttle("other", most=3, seconds=60).count("a")


def test_it_ends_after_its_time_from_the_first_try_on(monkeypatch):
    import time

    now = time.time()
    for _ in range(4):
        THREE.count("a")
    monkeypatch.setattr(time, "time", lambda: now + 59)
    assert not THREE.count("a")
    monkeypatch.setattr(time, "time", lambda: now + 61)
    assert THREE.count("a")


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_who_asks_is_an_address_or_a_household(address, who):
    request = RequestFactory().get("/", REMOTE_ADDR=address, HTTP_X_FORWARDED_FOR="192.0.2.99")
    assert client_of(request) == who


@pytest.fixture
def redis_cache(tmp_path, settings):
    """The shop's cache over a Redis that can be stopped."""
    with services.redis(tmp_path) as url:
        options = {"SOCKET_CONNECT_TIMEOUT": 0.3, "SOCKET_TIMEOUT": 0.3, "IGNORE_EXCEPTIONS": True}
        settings.CACHES = {
            "default": {"BACKEND": "cache.redis.Cache", "LOCATION": url, "OPTIONS": options}
        }
        Away.until = 0.0
        cache.clear()
        yield url
    Away.until = 0.0


@pytest.mark.outside
def test_it_counts_in_redis_and_by_itself_once_that_is_away(redis_cache):
    import redis

    assert [THREE.count("a") for _ in range(4)] == [True, True, True, False]
    assert THREE.is_spent("a")
    server = redis.Redis.from_url(redis_cache)
    [key] = server.keys("*throttle:test:*")
    assert 0 < server.ttl(key) <= 60
    assert b"throttle:test:a" not in key
    server.shutdown(nosave=True)
    assert [THREE.count("a") for _ in range(4)] == [True, True, True, False]
    assert THREE.is_spent("a")
