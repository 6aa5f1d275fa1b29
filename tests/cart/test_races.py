"""Parallel requests of one session lose nothing."""

from functools import partial

import pytest

import factories
from races import SERVER, at_once, unguarded
from shopping import Shopper
from web.sessions import SessionStore

pytestmark = pytest.mark.postgres
MANY = 16


@pytest.fixture
def variants(transactional_db):
    return [factories.variant(stock=None) for _ in range(MANY + 1)]


def session_of(shopper):
    return dict(SessionStore(shopper.client.cookies["sessionid"]).items())


def windows(shop, shopper, number):
    """Other windows of the same browser: connections of their own, the same cookie."""
    cookies = {"sessionid": shopper.client.cookies["sessionid"]}
    return [Shopper.over_http(shop.url, cookies=cookies) for _ in range(number)]


@pytest.fixture
def begin(shop_server, variants):
    """A server, with or without its guard, and a shopper with one line in the cart."""

    def begin(guard=None):
        shop = shop_server(**SERVER, **(unguarded(guard) if guard else {}))
        shopper = Shopper.over_http(shop.url)
        assert shopper.add(variants[0]).status_code == 303
        return shop, shopper

    return begin


def add_different(begin, variants, guard=None):
    """Add one of each in as many windows at once; returns how many are in the cart."""
    shop, shopper = begin(guard)
    others = windows(shop, shopper, MANY)
    answers = at_once(
        [lambda w=w, v=v: w.add(v) for w, v in zip(others, variants[1:], strict=True)]
    )
    assert {answer.status_code for answer in answers} == {303}
    return len(session_of(shopper)["cart"])


def add_the_same(begin, variants, guard=None):
    shop, shopper = begin(guard)
    answers = at_once([lambda w=w: w.add(variants[0]) for w in windows(shop, shopper, MANY)])
    assert {answer.status_code for answer in answers} == {303}
    return session_of(shopper)["cart"][str(variants[0].pk)]["quantity"]


@pytest.mark.parametrize("race", [add_different, add_the_same])
def test_parallel_adds_lose_nothing(begin, variants, race):
    assert race(begin, variants) == 1 + MANY


@pytest.mark.parametrize("race", [add_different, add_the_same])
def test_control_without_the_lock_adds_are_lost(begin, variants, race):
    assert race(begin, variants, "merging") < 1 + MANY


def beside(begin, variants, other, guard=None):
    """Add a line while another window does something else; returns the rounds that lost one."""
    shop, shopper = begin(guard)
    pairs = windows(shop, shopper, 2 * 8)
    lost = 0
    for variant in variants[1:9]:
        before = session_of(shopper)["cart"]
        adding, elsewhere = pairs.pop(), pairs.pop()
        added, answer = at_once([partial(adding.add, variant), partial(other, elsewhere, variant)])
        assert added.status_code == 303
        assert answer.status_code in {200, 303}
        after = session_of(shopper)
        lost += after["cart"] != before | {str(variant.pk): {"quantity": 1}}
        lost += not said(after, other, variant)
    return lost


def view(shopper, variant):
    return shopper.get(variant.get_absolute_url())


def tell(shopper, variant):
    return shopper.tell(name=f"Ada {variant.pk}")


def said(session, other, variant):
    """Whether the other window's doing is in the session."""
    if other is tell:
        return session.get("checkout", {}).get("address", {}).get("name") == f"Ada {variant.pk}"
    return variant.product_id in [entry[0] for entry in session.get("viewed", [])]


@pytest.mark.parametrize("other", [view, tell])
def test_an_add_and_another_change_of_the_session_lose_neither(begin, variants, other):
    assert beside(begin, variants, other) == 0


@pytest.mark.parametrize("other", [view, tell])
def test_control_without_merging_one_undoes_the_other(begin, variants, other):
    assert beside(begin, variants, other, "merging") > 0
