"""How often one may try; and that nobody is kept out when Redis is away."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.cache import caches

import services
from cache.redis import Away, Cache
from shopping import Shopper
from visiting import EMAIL, PASSWORD, Visitor, member


def test_wrong_passwords_are_slowed_down_and_the_right_one_with_them(visitor):
    member()
    for _ in range(5):
        visitor.sign_in(password="wrong")
    assert visitor.sign_in().status_code == 422
    assert not visitor.signed_in


def test_too_many_requests_are_answered_in_the_shops_words(visitor, to):
    for _ in range(6):
        answer = visitor.post("password/reset/", email=EMAIL)
    assert answer.status_code == 429
    assert answer["Retry-After"] and answer["Cache-Control"] == "private, no-store"
    assert ("稍候" if to else "wait") in answer.content.decode()


@pytest.fixture
def redis(tmp_path: Path, monkeypatch):
    """The process's own Redis (signals may be sent to it), and the shop's cache on it."""
    with services.redis(tmp_path) as url:
        options = {"SOCKET_CONNECT_TIMEOUT": 0.3, "SOCKET_TIMEOUT": 0.3, "IGNORE_EXCEPTIONS": True}
        cache = Cache(url, {"OPTIONS": options})
        before, caches["default"] = caches["default"], cache
        monkeypatch.setattr(Away, "until", 0.0)
        yield cache
        caches["default"] = before


@pytest.fixture
def stop(redis):
    pid = redis.client.get_client().info()["process_id"]

    def send(how: signal.Signals) -> None:
        os.kill(pid, how)

    yield send
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def seconds(do) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began


@pytest.mark.outside
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hanging"])
def test_a_member_signs_in_though_redis_is_away_and_guessing_is_slow_still(db, redis, stop, how):
    member()
    grace, ada, mallory = Visitor(), Visitor(), Visitor()
    usual = seconds(grace.sign_in)
    stop(how)
    # A Redis that hangs for 0.3 s at each of some twenty calls would take six.
    assert seconds(ada.sign_in) < 2 * usual + 1.5
    assert ada.signed_in
    for _ in range(6):
        mallory.sign_in(password="wrong")
    mallory.sign_in()
    assert not mallory.signed_in


@pytest.mark.outside
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hanging"])
def test_a_sign_out_holds_though_redis_was_away(db, redis, stop, how):
    member()
    ada, thief = Visitor(), Visitor()
    ada.sign_in()
    thief.client.cookies["sessionid"] = ada.client.cookies["sessionid"].value
    assert thief.get("").status_code == 200
    stop(how)
    ada.sign_out()
    assert thief.get("").status_code == 302
    if how == signal.SIGSTOP:
        stop(signal.SIGCONT)  # with all that it remembers
        Away.until = 0.0
    assert thief.get("").status_code == 302 and not thief.signed_in


@pytest.mark.outside
def test_redis_is_asked_again_once_it_is_back(redis, stop):
    redis.set("a", 1)
    stop(signal.SIGSTOP)
    assert redis.get("a", "away") == "away"
    assert redis.add("b", 2) and redis.get("b") == 2
    stop(signal.SIGCONT)
    Away.until = 0.0
    assert redis.get("a") == 1
    assert redis.get("b") is None


@pytest.mark.outside
def test_limits_are_shared_by_processes_while_redis_is_there(redis):
    assert redis.add("one", 1, 60)
    assert not redis.add("one", 1, 60)
    assert redis.incr("one") == 2
    assert redis.delete("one") and redis.get("one", "gone") == "gone"


def test_the_server_lets_people_in_without_redis(shop_server, redis_away):
    """The whole shop, as production runs it, with an address of Redis where nobody listens."""
    member()
    shop = shop_server(REDIS_URL=redis_away)
    ada = Shopper.over_http(shop.url)
    page = ada.get("/account/login/")
    assert page.status_code == 200
    answer = ada.post("/account/login/", login=EMAIL, password=PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")


@pytest.fixture
def redis_away() -> str:
    return f"redis://127.0.0.1:{services.free_port()}/0"
