"""Many at once: a code is used as often as it may be, and given back once."""

from contextlib import suppress

import pytest
from django.db import connection

import factories
import placing
from coupons.models import Redemption
from orders import flows
from orders.models import Order
from races import SERVER, at_once, unguarded
from shopping import Shopper, leads_to

pytestmark = pytest.mark.postgres


@pytest.fixture
def method(transactional_db):
    return factories.delivery()


def buy_at_once(shop, method, coupon, emails):
    """All have the code on their cart and agree at the same moment; returns their answers."""
    variant = factories.variant(stock=None)
    buyers = [Shopper.over_http(shop.url) for _ in emails]
    agreed = []
    for buyer, email in zip(buyers, emails, strict=True):
        buyer.prepare(variant, method=method, email=email)
        assert buyer.use(coupon).status_code == 303
        agreed.append(buyer.agree())
    return at_once([lambda b=b, f=f: b.place(**f) for b, f in zip(buyers, agreed, strict=True)])


def once(shop, method):
    """Twenty want the one use of a code."""
    coupon = factories.coupon(limit=1)
    return coupon, buy_at_once(shop, method, coupon, [f"{n}@example.com" for n in range(20)])


def once_each(shop, method):
    """One person in five windows wants the one use that each may have."""
    coupon = factories.coupon(limit_per_person=1)
    return coupon, buy_at_once(shop, method, coupon, ["ada@example.com"] * 5)


def counted(coupon):
    coupon.refresh_from_db()
    return coupon.used


@pytest.mark.parametrize("race", [once, once_each])
def test_parallel_uses_of_a_limit_of_one_give_one(shop_server, method, race):
    coupon, answers = race(shop_server(**SERVER), method)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [303] + [422] * (len(answers) - 1)
    told = [answer.text for answer in answers if answer.status_code == 422]
    assert all(
        "cannot be used any more" in text or "Something has changed" in text for text in told
    )
    order = Order.objects.get()
    assert order.discounts.get().code == coupon.code
    assert counted(coupon) == Redemption.objects.count() == 1
    [won] = [answer for answer in answers if answer.status_code == 303]
    assert leads_to(won) == order.get_absolute_url()


@pytest.mark.parametrize("race", [once, once_each])
def test_control_read_decide_write_gives_more(shop_server, method, race):
    coupon, _answers = race(shop_server(**SERVER, **unguarded("counting")), method)
    assert Order.objects.filter(discounts__code=coupon.code).count() > 1


def closing(verb):
    """A call in a thread of its own, with a connection of its own."""
    try:
        return verb()
    finally:
        connection.close()


def test_an_order_that_ends_in_many_ways_at_once_gives_its_codes_back_once(method):
    coupon = factories.coupon(limit=3)
    kept = placing.place((factories.variant(), 1), codes=[coupon], method=method)
    order = placing.place((factories.variant(), 1), codes=[coupon], method=method)
    placing.lapse(order)

    def cancel():
        with suppress(flows.NotEnded):  # it has expired
            flows.cancel(order.pk)

    at_once([lambda v=v: closing(v) for v in [cancel, flows.expire] * 4])
    order.refresh_from_db()
    assert order.state in {Order.State.EXPIRED, Order.State.CANCELLED}
    assert counted(coupon) == 1
    assert [use.about for use in Redemption.objects.filter(given_back_at=None)] == [kept.number]


def test_codes_in_any_order_do_not_block_each_other(method):
    codes = [
        factories.coupon(off=100),
        factories.coupon(kind="delivery", off=100),
    ]
    variants = [factories.variant(stock=1000) for _ in range(3)]
    orders = [
        placing.place((variants[0], 1), codes=codes[::step], method=method) for step in (1, -1) * 6
    ]

    def place(turn):
        lines = [(variant, 1) for variant in variants[::turn]]
        placing.place(*lines, codes=codes[::turn], method=method)

    calls = [lambda o=o: flows.cancel(o.pk) for o in orders]
    calls += [lambda t=t: place(t) for t in (1, -1) * 6]
    at_once([lambda c=c: closing(c) for c in calls])
    assert [counted(code) for code in codes] == [12, 12]
    assert Redemption.objects.filter(given_back_at=None).count() == 24
