"""Sessions whose saves merge by key, and what happens to a cart whose session has gone."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import factories
from web.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    session = SessionStore()
    session["cart"] = {"1": {"quantity": 1}}
    session["viewed"] = [1]
    session.save()
    return session.session_key


def stored(key):
    return dict(SessionStore(key).items())


def lapse():
    """Let all sessions expire; their rows stay until they are cleared away."""
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def opened(key):
    """A request's own copy, read now."""
    session = SessionStore(key)
    session.get("cart")
    return session


class TestSaving:
    def test_parallel_changes_under_different_keys_are_both_kept(self, key):
        one, other = opened(key), opened(key)
        one["cart"] = {"1": {"quantity": 1}, "2": {"quantity": 1}}
        other["viewed"] = [2, 1]
        one.save()
        other.save()
        assert stored(key) == {
            "cart": {"1": {"quantity": 1}, "2": {"quantity": 1}},
            "viewed": [2, 1],
        }

    def test_a_nested_change_is_seen(self, key):
        one, other = opened(key), opened(key)
        one["cart"]["1"]["quantity"] = 7
        other["viewed"].append(2)
        one.save()
        other.save()
        assert stored(key) == {"cart": {"1": {"quantity": 7}}, "viewed": [1, 2]}

    def test_a_removed_key_stays_removed_and_takes_nothing_with_it(self, key):
        one, other = opened(key), opened(key)
        del one["viewed"]
        other["cart"] = {}
        other["checkout"] = {"token": "x"}
        one.save()
        other.save()
        assert stored(key) == {"cart": {}, "checkout": {"token": "x"}}

    def test_an_old_copy_brings_nothing_back(self, key):
        old, new = opened(key), opened(key)
        del new["cart"]
        new.save()
        old["viewed"] = [3]
        old.save()
        assert stored(key) == {"viewed": [3]}

    def test_a_second_save_keeps_what_was_written_between(self, key):
        one, other = opened(key), opened(key)
        one["cart"] = {}
        one.save()
        other["cart"] = {"5": {"quantity": 1}}
        other.save()
        one["viewed"] = []
        one.save()
        assert stored(key) == {"cart": {"5": {"quantity": 1}}, "viewed": []}

    def test_nothing_changed_is_nothing_written(self, key):
        session = opened(key)
        session["cart"] = {"1": {"quantity": 1}}  # the same again
        assert session.modified
        with CaptureQueriesContext(connection) as queries:
            session.save()
        assert len(queries) == 0

    def test_a_session_that_was_never_read_writes_nothing(self, key):
        with CaptureQueriesContext(connection) as queries:
            SessionStore(key).save()
        assert len(queries) == 0

    def test_a_row_that_has_gone_is_never_written_again(self, key):
        session = opened(key)
        SessionStore(key).flush()
        session["cart"] = {}
        with pytest.raises(UpdateError):
            session.save()
        assert not Session.objects.exists()

    def test_a_change_of_key_carries_everything_to_one_new_row(self, key):
        session = opened(key)
        session["viewed"] = [9]
        session.cycle_key()
        session["more"] = 1
        session.save()
        assert session.session_key != key
        assert Session.objects.count() == 1
        assert stored(session.session_key) == {
            "cart": {"1": {"quantity": 1}},
            "viewed": [9],
            "more": 1,
        }

    def test_who_still_writes_under_the_old_key_is_refused(self, key):
        late, session = opened(key), opened(key)
        session.cycle_key()
        late["viewed"] = [5]
        with pytest.raises(UpdateError):
            late.save()
        assert stored(session.session_key)["viewed"] == [1]

    def test_a_flushed_session_begins_with_nothing(self, key):
        session = opened(key)
        session.flush()
        session["cart"] = {}
        session.save()
        assert session.session_key != key
        assert not SessionStore().exists(key)
        assert stored(session.session_key) == {"cart": {}}

    def test_a_cleared_session_loses_what_it_knew_and_not_what_came_since(self, key):
        one, other = opened(key), opened(key)
        other["checkout"] = {}
        other.save()
        one.clear()
        one.save()
        assert stored(key) == {"checkout": {}}


class TestLocked:
    def test_what_is_read_inside_is_current(self, key):
        session = opened(key)
        other = opened(key)
        other["cart"] = {"9": {"quantity": 9}}
        other.save()
        with session.locked():
            assert session["cart"] == {"9": {"quantity": 9}}

    def test_a_change_of_before_is_kept_and_saved(self, key):
        session = opened(key)
        session["viewed"] = [4]
        with session.locked():
            session["cart"] = {}
        assert stored(key) == {"cart": {}, "viewed": [4]}

    def test_an_exception_inside_undoes_the_changes(self, key):
        session = opened(key)
        with pytest.raises(RuntimeError), session.locked():
            session["cart"] = {}
            raise RuntimeError
        assert session["cart"] == {"1": {"quantity": 1}}
        session.save()
        assert stored(key)["cart"] == {"1": {"quantity": 1}}

    def test_it_begins_a_session_where_there_is_none(self):
        session = SessionStore()
        with session.locked():
            session["cart"] = {}
        assert stored(session.session_key) == {"cart": {}}

    def test_it_can_be_held_twice_by_one(self, key):
        session = opened(key)
        with session.locked():
            session["cart"] = {"2": {"quantity": 2}}
            with session.locked():
                session["viewed"] = []
            session["cart"]["3"] = {"quantity": 3}
        assert stored(key) == {"cart": {"2": {"quantity": 2}, "3": {"quantity": 3}}, "viewed": []}

    def test_a_row_that_has_gone_cannot_be_held(self, key):
        session = opened(key)
        Session.objects.all().delete()
        with pytest.raises(UpdateError), session.locked():
            raise AssertionError("not reached")

    def test_a_row_that_has_expired_is_not_brought_back(self, key):
        session, saved = opened(key), opened(key)
        saved["viewed"] = [2]
        lapse()
        with pytest.raises(UpdateError), session.locked():
            raise AssertionError("not reached")
        with pytest.raises(UpdateError):
            saved.save()
        assert Session.objects.get().expire_date < timezone.now()
        assert Session.objects.get().get_decoded()["viewed"] == [1]
        assert not SessionStore().exists(key)


class TestASessionThatHasGone:
    """Signed in elsewhere, or cleared: the cookie names a row that is no longer there."""

    @pytest.fixture
    def variant(self, add, client):
        variant = factories.variant()
        add(variant, 2)
        Session.objects.all().delete()
        return variant

    def test_adding_is_asked_for_once_more_and_then_begins_a_cart(self, client, variant, cart):
        old = client.cookies["sessionid"].value
        fields = {"variant": variant.pk, "quantity": 1}
        first = client.post("/cart/add/", fields)
        assert first.status_code == 307
        second = client.post(first.headers["Location"], fields)
        assert (second.status_code, second.headers["Location"]) == (303, "/cart/")
        assert client.cookies["sessionid"].value not in {"", old}
        assert cart() == {str(variant.pk): {"quantity": 1}}
        assert not Session.objects.filter(pk=old).exists()

    def test_after_it_expired_adding_begins_a_cart_without_the_old_lines(self, client, add, cart):
        add(factories.variant(), 2)
        old, new = client.cookies["sessionid"].value, factories.variant()
        lapse()
        answer = client.post("/cart/add/", {"variant": new.pk, "quantity": 1}, follow=True)
        assert [status for _to, status in answer.redirect_chain] == [307, 303]
        assert client.cookies["sessionid"].value not in {"", old}
        assert cart() == {str(new.pk): {"quantity": 1}}

    def test_a_browser_that_has_a_newer_cookie_by_then_uses_it(self, client, variant, cart):
        first = client.post("/cart/add/", {"variant": variant.pk, "quantity": 1})
        session = SessionStore()
        session["cart"] = {str(variant.pk): {"quantity": 3}}
        session.save()
        client.cookies["sessionid"] = session.session_key
        client.post(first.headers["Location"], {"variant": variant.pk, "quantity": 1})
        assert cart() == {str(variant.pk): {"quantity": 4}}

    @pytest.mark.parametrize("verb", ["", "remove/"])
    def test_a_change_ends_in_an_answer(self, client, variant, verb):
        address = f"/cart/lines/{variant.pk}/{verb}"
        first = client.post(address, {"quantity": 3})
        assert first.status_code == 307
        second = client.post(first.headers["Location"], {"quantity": 3})
        assert second.status_code == (303 if verb else 422)

    @pytest.mark.parametrize("address", ["/", "/cart/", "/checkout/", "/checkout/review/"])
    def test_no_page_is_an_error(self, client, variant, address):
        assert client.get(address, follow=True).status_code == 200
        client.cookies["sessionid"] = "x" * 32
        answer = client.post("/checkout/", factories.details(), follow=True)
        assert answer.status_code == 200

    @pytest.mark.parametrize("cookie", ["x", "0" * 32, "'; DROP TABLE", "a" * 4000, "é"])
    def test_a_made_up_cookie_begins_a_cart_of_its_own(self, client, cookie):
        variant = factories.variant()
        client.cookies["sessionid"] = cookie
        answer = client.post("/cart/add/?again=1", {"variant": variant.pk, "quantity": 1})
        assert answer.status_code == 303
        assert client.cookies["sessionid"].value != cookie


@pytest.mark.parametrize(
    "address", ["/cart/lines/1/", "/cart/lines/1/remove/", "/checkout/review/", "/viewed/clear/"]
)
def test_a_post_without_a_session_begins_none(client, address):
    client.post(address, {"quantity": "1"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "cookie",
    [
        *('sessionid="aaaaaaaa\\000"', "sessionid=of a session that has ended"),
        *("sessionid=" + "x" * 4000, 'sessionid="aaaaaaa\\351"', "turn=" + "9" * 5000),
    ],
    ids=["nought", "words", "long", "accent", "turn"],
)
def test_a_cookie_that_no_browser_has_of_us_is_no_session(client, cookie):
    said = {"Cookie": cookie, "Origin": "http://testserver"}
    for address in ("/", "/cart/", "/orders/find/", "/api/v1/cart/"):
        assert client.get(address, headers=said).status_code == 200
    told = {"variant": factories.variant().pk, "quantity": 1}
    more = {"content_type": "application/json", "headers": said}
    assert client.post("/api/v1/cart/lines/", told, **more).status_code in {201, 409}
    assert client.post("/cart/add/?again=1", told, headers=said).status_code == 303
