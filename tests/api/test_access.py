"""Who may call what: guests by their session, members, tokens within their scopes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.test import Client

import factories
import placing
from api.models import Scope, Token
from calling import OURS, Caller, problem, token_of
from orders.models import Order
from visiting import member

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def cup():
    return factories.variant()


def guest_of(order):
    """A guest who has placed this order in their session."""
    guest = Caller()
    guest.post("session/")
    key = guest.client.cookies["sessionid"].value
    from orders.models.guest import session_hash

    Order.objects.filter(pk=order.pk).update(session_hash=session_hash(key))
    return guest


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"} | OURS],
    ids=str,
)
@pytest.mark.parametrize("who", ["guest", "member"])
def test_what_does_not_come_from_the_shop_changes_nothing(cup, headers, who):
    """Also a guest's: Django REST framework alone would let it pass."""
    caller = Caller(member() if who == "member" else None)
    caller.headers = headers
    assert problem(caller.add(cup)) == "from-elsewhere"
    assert not [each for each in Session.objects.all() if "cart" in each.get_decoded()]


def test_a_token_is_authority_enough_wherever_it_comes_from(cup):
    program = Caller(token=token_of(member(), "cart"))
    program.headers["Origin"] = "https://elsewhere.example"
    assert program.add(cup).status_code == 201


def test_a_token_is_kept_as_a_digest_and_ends(cup):
    ada = member()
    secret = token_of(ada, "cart")
    token = Token.objects.get()
    assert secret not in str(token.__dict__)
    program = Caller(token=secret)
    assert program.get("cart/").status_code == 200
    token.refresh_from_db()
    assert token.used_at
    Token.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert problem(program.get("cart/")) == "not-signed-in"
    assert program.last["WWW-Authenticate"].startswith("Bearer")
    secret = token_of(ada, "cart")
    ada.is_active = False
    ada.save()
    assert problem(Caller(token=secret).get("cart/")) == "not-signed-in"


@pytest.mark.parametrize(
    "given", ["Bearer nonsense", "Bearer", "Bearer é", "Basic YTpi", "Token x", "Bearer a b"]
)
def test_what_is_no_token_is_told_so(db, given):
    caller = Caller()
    caller.headers["Authorization"] = given
    assert problem(caller.get("cart/")) == "not-signed-in"


def test_wrong_tokens_are_counted():
    from django.core.cache import cache

    cache.clear()
    codes = {problem(Caller(token=f"shop_{n}").get("cart/")) for n in range(32)}
    assert codes == {"not-signed-in", "too-many"}
    # Who has a good one is not shut out by others behind the same address.
    assert Caller(token=token_of(member(), "cart")).get("cart/").status_code == 200
    cache.clear()


def test_a_token_does_only_what_it_is_for(cup):
    ada = member()
    program = Caller(token=token_of(ada, "orders"))
    assert program.get("orders/").status_code == 200
    assert problem(program.add(cup)) == "not-allowed"
    assert problem(program.get("account/")) == "not-allowed"


def test_a_token_does_no_more_than_its_member_may(cup):
    """A scope is no permission: what a colleague may no longer do, their token may not either."""
    ada = member(is_staff=True)
    program = Caller(token=token_of(ada, "stock", "fulfilment"))
    for path in (f"staff/variants/{cup.sku}/", "staff/orders/", "staff/carriers/"):
        assert problem(program.get(path)) == "not-allowed"
    ada.user_permissions.add(Permission.objects.get(codename="change_variant"))
    assert program.get(f"staff/variants/{cup.sku}/").status_code == 200
    assert problem(program.get("staff/orders/")) == "not-allowed"
    ada.is_staff = False
    ada.save()
    assert problem(program.get(f"staff/variants/{cup.sku}/")) == "not-allowed"


def test_only_what_one_may_do_is_offered():
    assert Scope.of(member()) == [Scope.CART, Scope.ORDERS, Scope.ACCOUNT]
    assert set(Scope.of(factories.user(is_staff=True, is_superuser=True))) == set(Scope)


WAYS = {
    "read": lambda caller, number: caller.get(f"orders/{number}/"),
    "read the payment of": lambda caller, number: caller.get(f"orders/{number}/payment/"),
    "pay": lambda caller, number: caller.post(f"orders/{number}/payment/", {"provider": "offline"}),
    "settle": lambda caller, number: caller.post(f"orders/{number}/payment/settle/"),
    "cancel": lambda caller, number: caller.post(f"orders/{number}/cancel/"),
    "change": lambda caller, number: caller.post(f"orders/{number}/change/"),
    "order again": lambda caller, number: caller.post(f"orders/{number}/again/"),
    "send back": lambda caller, number: caller.post(f"orders/{number}/returns/", {"lines": []}),
    "delete": lambda caller, number: caller.delete(f"orders/{number}/"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_seeds_hole_one_member_cannot_read_change_or_delete_anothers_order(cup, way):
    """In the seed any member could, by counting up the order's number in the address."""
    ada, eve = member(), member("eve@example.com")
    staff = member("s@example.com", is_staff=True)
    order = placing.place((cup, 1), member=ada)
    before = Order.objects.values().get()
    strangers = {
        "another member": Caller(eve),
        "another member's token": Caller(token=token_of(eve, "orders", "cart")),
        "a guest": Caller(),
        "a guest with an order": guest_of(placing.place((cup, 1))),
        "staff": Caller(token=token_of(staff, "orders", "cart")),
    }
    for who, caller in strangers.items():
        answer = WAYS[way](caller, order.number)
        assert answer.status_code in {404, 405}, (who, answer.text)
        assert "ada@example.com" not in answer.text
        assert Order.objects.filter(pk=order.pk).values().get() == before, who


def test_an_order_opens_for_its_guest_its_member_and_who_has_its_secret(cup):
    order = placing.place((cup, 1))
    at = f"orders/{order.number}/"
    assert guest_of(order).get(at).status_code == 200
    assert Caller().get(f"{at}?key={order.secret}").status_code == 200
    assert problem(Caller().get(f"{at}?key=wrong")) == "not-found"
    ada = member()
    Order.objects.update(member=ada)
    assert Caller(ada).get(at).status_code == 200
    assert problem(guest_of(order).get(at)) == "not-found", "it has a member by now"


def test_a_session_that_has_ended_is_told_and_none_begins_behind_the_browsers_back(cup):
    guest = Caller()
    guest.add(cup)
    Session.objects.all().delete()
    assert problem(guest.add(cup)) == "session-gone"
    assert not Session.objects.exists()
    assert guest.get("cart/").json()["count"] == 0
    assert guest.add(cup).status_code == 201


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_only_looks_is_told_of_no_end_and_needs_to_say_nothing(method):
    guest = Caller()
    guest.client.cookies["sessionid"] = "of a session that has ended"
    guest.headers = {}
    assert guest.call(method, "cart/").status_code == 200
    assert not Session.objects.exists()


def test_a_head_tells_of_the_version_too(cup):
    ada = Caller(member())
    ada.add(cup)
    seen = ada.call("HEAD", "cart/")
    assert seen["ETag"] == ada.get("cart/")["ETag"] and not seen.content
    assert ada.get("cart/", If_None_Match=seen["ETag"]).status_code == 304


def test_personal_answers_are_kept_by_nobody(cup):
    for caller in (
        Caller(),
        Caller(member()),
        Caller(token=token_of(member("b@example.com"), "cart")),
    ):
        answer = caller.get("cart/")
        assert answer["Cache-Control"] == "private, no-store"
        assert {"Cookie", "Authorization", "Accept-Language"} <= set(answer["Vary"].split(", "))


def test_a_reader_sends_no_cookie_and_gets_none():
    assert not Caller(client=Client()).get("products/").cookies
    assert not Caller(client=Client()).get("cart/").cookies
