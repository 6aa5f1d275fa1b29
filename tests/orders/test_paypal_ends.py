"""Payments that meet the end of their order, over real HTTP: what is not held is not charged.

Where a test has a control run, the same is done without the guard and comes out wrong.
"""

from functools import partial

import pytest

import factories
from orders import flows
from orders.models import Attempt, Refund
from paying import assert_books_agree, mails, sell_out, visit
from placing import lapse
from races import at_once, in_a_thread, later
from shopping import Shopper, leads_to
from workers import wait_for

pytestmark = pytest.mark.postgres
ROUNDS = 6
PAID = ("paid", ["captured"])
STOCK = 10


@pytest.fixture
def variant(transactional_db):
    return factories.variant(stock=STOCK, price=2000)


@pytest.fixture
def method(transactional_db):
    return factories.delivery(price=450)


# The end of the hold


def return_too_late(purchase, variant):
    lapse(purchase.order)
    assert flows.expire() == 1
    sell_out(variant)
    return purchase.come_back().text


def test_who_returns_after_the_hold_was_resold_is_not_charged_and_told_so(buy, at_paypal, variant):
    purchase = buy()
    page = return_too_late(purchase, variant)
    assert "is sold out since your hold ended. You were not charged." in page
    assert purchase.state == ("expired", ["abandoned"])
    assert purchase.taken == []
    assert_books_agree(at_paypal, {variant: 0})


def test_control_without_the_claim_who_returns_too_late_is_charged(buy, without, variant):
    purchase = buy(without("claiming"))
    return_too_late(purchase, variant)
    assert purchase.state[0] == "expired"
    assert purchase.taken == [2450]  # for goods that are not there
    assert Refund.objects.get().state == "due"


@pytest.fixture
def slowly(at_paypal, beside):
    """Start the return page, and go on while PayPal is taking the money."""

    def start(purchase):
        at_paypal.fault("capture", "delay", seconds=1.5)
        before = captures(at_paypal)
        call = beside(purchase.come_back)
        wait_for(lambda: captures(at_paypal) > before)
        return call

    return start


def captures(paypal):
    return sum(call["call"] == "capture" for call in paypal.ledger()["calls"])


def test_cancel_pressed_while_the_money_is_taken_comes_too_late(buy, at_paypal, slowly, variant):
    purchase = buy()
    back = slowly(purchase)
    assert leads_to(purchase.cancel()) == purchase.order.get_absolute_url()
    assert purchase.state == ("awaiting", ["capturing"])
    back.result()
    assert purchase.state == PAID
    assert_books_agree(at_paypal, {variant: STOCK})


def test_control_without_the_claim_a_cancelled_order_is_charged(buy, without, slowly):
    purchase = buy(without("claiming"))
    back = slowly(purchase)
    purchase.cancel()
    back.result()
    assert purchase.state[0] == "cancelled"
    assert purchase.taken == [2450]


def test_cancel_and_return_at_the_same_moment_leave_one_of_the_two(buy, at_paypal, variant):
    for round_ in range(ROUNDS):
        purchase = buy()
        back = purchase.approve()
        at_once([partial(later, 0.02 * round_, purchase.cancel), partial(visit, back)])
        assert purchase.state in [PAID, ("cancelled", ["abandoned"])]
        assert purchase.taken == ([2450] if purchase.state == PAID else [])
    assert_books_agree(at_paypal, {variant: STOCK})


def test_expiry_beside_a_capture_leaves_its_hold(buy, at_paypal, slowly, variant):
    purchase = buy()
    back = slowly(purchase)
    lapse(purchase.order)
    at_once([in_a_thread(flows.expire)] * 4)
    assert purchase.state == ("awaiting", ["capturing"])
    back.result()
    assert purchase.state == PAID
    assert_books_agree(at_paypal, {variant: STOCK})


def test_control_an_expiry_that_does_not_skip_captures_gives_sold_stock_away(
    buy, slowly, variant, monkeypatch
):
    purchase = buy()
    back = slowly(purchase)
    lapse(purchase.order)
    monkeypatch.setattr(Attempt, "BUSY", ())
    flows.expire()
    monkeypatch.undo()
    back.result()
    assert purchase.state[0] == "expired"
    assert purchase.taken == [2450]
    variant.refresh_from_db()
    assert variant.stock == STOCK  # nothing is held of what was paid


def test_expiry_and_return_at_the_same_moment_end_in_a_paid_order(buy, at_paypal, variant):
    for _ in range(ROUNDS):
        purchase = buy()
        back = purchase.approve()
        lapse(purchase.order)
        at_once([in_a_thread(flows.expire)] * 3 + [partial(visit, back)] * 2)
        assert purchase.state == PAID
        assert purchase.taken == [2450]
    assert_books_agree(at_paypal, {variant: STOCK})


# Given back once, counted once


def cancel_often(purchase, times=12):
    clients = [Shopper.over_http(str(purchase.shopper.client.base_url)) for _ in range(times)]
    at_once([lambda c=c: c.client.post(purchase.order.cancel_url) for c in clients])
    assert purchase.state[0] == "cancelled"


def test_a_hold_is_given_back_once(buy, at_paypal, variant):
    purchase = buy()
    cancel_often(purchase)
    assert_books_agree(at_paypal, {variant: STOCK})
    assert len(mails("cancelled")) <= 1


def test_control_without_the_lock_a_hold_is_given_back_again_and_again(buy, without, variant):
    cancel_often(buy(without("giving_back")))
    variant.refresh_from_db()
    assert variant.stock > STOCK
