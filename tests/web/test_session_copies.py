"""Guests' sessions are read from copies in Redis; nothing that has ended comes back with them."""

import os
import signal
from contextlib import suppress

import pytest
from django.conf import global_settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import factories
import services
from cache.redis import Away
from keeping import kept_in
from shopping import Shopper
from visiting import EMAIL, PASSWORD, member
from web import copies
from web.sessions import SessionStore

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.outside]


@pytest.fixture
def redis(tmp_path):
    """A Redis of the test's own, which may be hurt: `redis.stop()`, `redis.goes_on()`."""
    with services.redis(tmp_path) as url, kept_in(url) as kept:
        pid = kept.redis.info()["process_id"]
        kept.stop = lambda: os.kill(pid, signal.SIGSTOP)
        kept.kill = lambda: os.kill(pid, signal.SIGKILL)

        def goes_on():
            os.kill(pid, signal.SIGCONT)
            Away.until = 0.0

        kept.goes_on = goes_on
        yield kept
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
def shopper():
    return Shopper(Client())


def statements(shopper, address="/"):
    """What is asked of the sessions' table for a page."""
    with CaptureQueriesContext(connection) as queries:
        assert shopper.get(address).status_code == 200
    return len([each for each in queries if "django_session" in each["sql"]])


def cart(shopper):
    """The pieces in the cart, as its page shows them."""
    page = shopper.get("/cart/").content.decode()
    return int(page.partition('class="count">')[2].partition("<")[0] or 0)


def test_a_guests_session_is_read_from_redis(redis, shopper):
    shopper.add(factories.variant())
    assert [statements(shopper) for _ in range(2)] == [0, 0]
    assert cart(shopper) == 1


def test_without_redis_it_is_read_from_its_row(shopper):
    shopper.add(factories.variant())
    assert [statements(shopper) for _ in range(2)] == [1, 1]


def test_a_session_that_holds_more_is_read_from_its_row(redis, shopper):
    shopper.add(factories.variant())
    shopper.get("/")
    shopper.tell()
    assert [statements(shopper) for _ in range(2)] == [1, 1]
    assert [redis.redis.hget(name, "text") for name in redis.redis.keys("*session:*")] == [b""]


def test_the_cookie_cannot_be_read_from_redis(redis, shopper):
    shopper.add(factories.variant())
    shopper.get("/")
    names = b" ".join(redis.redis.keys("*"))
    assert b"session:" in names
    assert shopper.client.cookies["sessionid"].value.encode() not in names


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_line_that_was_added_while_redis_was_away_is_there_when_it_is_back(redis, shopper, how):
    shopper.add(factories.variant())
    assert cart(shopper) == 1
    getattr(redis, how)()
    assert shopper.add(factories.variant()).status_code == 303
    assert cart(shopper) == 2
    if how == "stop":
        redis.goes_on()
        assert cart(shopper) == 2


def test_redis_that_comes_back_empty_loses_no_cart(redis, shopper):
    shopper.add(factories.variant())
    assert cart(shopper) == 1
    redis.redis.flushall()
    assert cart(shopper) == 1


def test_copies_that_are_written_in_the_wrong_order_bring_nothing_old(redis, shopper):
    shopper.add(factories.variant())
    key = shopper.client.cookies["sessionid"].value
    slow = SessionStore(key)
    slow.load()  # a reader that has read the row and is slow to copy it
    old, data = slow.turn, dict(slow._get_session())
    shopper.add(factories.variant())
    copies.write(key, old, data)
    assert cart(shopper) == 2


def test_a_slow_reader_brings_no_session_back_that_has_gone(redis):
    session = SessionStore()
    session["cart"] = {"1": {"quantity": 1}}
    session.save()
    key, data = session.session_key, {"cart": {"1": {"quantity": 1}}}
    SessionStore(key).flush()
    copies.write(key, 5, data)
    late = SessionStore(key)
    late.seen = 0
    assert dict(late.items()) == {}


def test_who_does_not_say_what_they_have_seen_is_answered_from_the_row(redis, shopper):
    shopper.add(factories.variant())
    for forged in ("", "x", "-1", "9" * 30, "²"):
        shopper.client.cookies["turn"] = forged
        assert statements(shopper) == 1
        assert cart(shopper) == 1


def test_a_view_alone_is_no_new_turn_and_a_change_of_the_cart_is_one(redis, shopper):
    cups = [factories.variant() for _ in range(3)]
    shopper.add(cups[0])
    turn = shopper.client.cookies["turn"].value
    for cup in cups:
        shopper.get(cup.get_absolute_url())
    assert shopper.client.cookies["turn"].value == turn
    shopper.add(cups[1])
    assert shopper.client.cookies["turn"].value != turn


def test_looking_around_sets_no_cookie_which_would_drop_pages_from_back(shopper):
    cups = [factories.variant() for _ in range(3)]
    shopper.add(cups[0])
    for cup in cups:
        shopper.get(cup.get_absolute_url())
    shopper.get("/cart/")  # reads the messages
    for address in [*(cup.get_absolute_url() for cup in cups), "/", "/cart/"]:
        assert not shopper.get(address).cookies, address


def test_the_cookie_of_the_turn_is_out_of_reach_of_scripts_and_other_sites(shopper):
    shopper.add(factories.variant())
    cookie = shopper.client.cookies["turn"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


class TestSignOut:
    """It never comes undone, in whichever order Redis goes and comes back."""

    @pytest.fixture
    def ada(self, redis, settings):
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        member()
        ada = Shopper(Client())
        ada.add(factories.variant())
        ada.get("/")
        return ada

    def sign_in(self, shopper):
        shopper.post("/account/login/", login=EMAIL, password=PASSWORD)
        assert self.is_in(shopper)

    def is_in(self, shopper):
        return shopper.get("/account/").status_code == 200

    def old_window(self, shopper):
        """Somebody who still has the cookies of now."""
        old = Client()
        for name in ("sessionid", "turn"):
            if name in shopper.client.cookies:
                old.cookies[name] = shopper.client.cookies[name].value
        return Shopper(old)

    def test_no_copy_of_a_signed_in_session_is_ever_made(self, redis, ada):
        self.sign_in(ada)
        for address in ("/", "/account/", "/cart/"):
            ada.get(address)
        texts = [redis.redis.hget(key, "text") for key in redis.redis.keys("*session:*")]
        assert texts and not any(b"_auth_user" in text for text in texts)

    def test_control_if_it_were_copied_a_sign_out_would_come_undone(self, redis, ada, monkeypatch):
        monkeypatch.setattr(copies, "_may_be_copied", lambda data: True)
        self.sign_in(ada)
        ada.get("/account/")
        old = self.old_window(ada)
        redis.stop()
        ada.post("/account/logout/")
        redis.goes_on()
        assert self.is_in(old)

    def test_signed_out_while_redis_hung(self, redis, ada):
        self.sign_in(ada)
        old = self.old_window(ada)
        redis.stop()
        ada.post("/account/logout/")
        assert not self.is_in(old)
        redis.goes_on()
        assert not self.is_in(old) and not self.is_in(ada)
        assert old.get("/").status_code == 200 and not self.is_in(old)

    def test_signed_in_while_redis_hung_and_signed_out_when_it_was_back(self, redis, ada):
        redis.stop()
        self.sign_in(ada)
        old = self.old_window(ada)
        redis.goes_on()
        ada.post("/account/logout/")
        assert not self.is_in(old) and not self.is_in(ada)

    def test_the_window_from_before_the_sign_in_sees_nobodys_account(self, redis, ada):
        before = self.old_window(ada)
        redis.stop()
        self.sign_in(ada)
        redis.goes_on()
        assert not self.is_in(before)
        assert before.add(factories.variant()).status_code in {303, 307}
        assert not self.is_in(before)

    def test_signed_in_again_after_signing_out_is_a_session_of_its_own(self, redis, ada):
        self.sign_in(ada)
        old = self.old_window(ada)
        redis.stop()
        ada.post("/account/logout/")
        redis.goes_on()
        self.sign_in(ada)
        assert self.is_in(ada) and not self.is_in(old)


def test_two_processes_of_which_one_signs_out_while_redis_hangs(
    redis, shop_server, settings, tmp_path
):
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    member()
    one, other = (shop_server(REDIS_URL=redis.url) for _ in range(2))
    cookies = {}
    here, there = (Shopper.over_http(shop.url, cookies=cookies) for shop in (one, other))
    assert here.add(factories.variant()).status_code == 303
    there.client.cookies = here.client.cookies
    assert there.get("/").status_code == 200
    assert here.post("/account/login/", login=EMAIL, password=PASSWORD).status_code == 302
    old = dict(here.client.cookies)
    there.client.cookies.update(old)
    assert there.get("/account/").status_code == 200
    redis.stop()
    assert here.post("/account/logout/").status_code == 302
    redis.goes_on()
    for shop in (one, other, other, one):
        late = Shopper.over_http(shop.url, cookies=old)
        assert late.get("/account/").status_code == 302
    assert not Session.objects.filter(pk=old["sessionid"]).exists()
