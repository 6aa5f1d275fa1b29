"""Payments that meet themselves and each other, over real HTTP: one order, one capture, one mail.

Where a test has a control run, the same is done without the guard and comes out wrong.
"""

from functools import partial

import pytest

import factories
from orders import flows
from orders.models import Attempt, Capture, Order
from paying import (
    Purchase,
    answers,
    arrived,
    assert_books_agree,
    mails,
    time_passes,
    token_of,
    visit,
)
from races import at_once, in_a_thread, later
from shopping import Shopper
from workers import kill_workers, wait_for, worker

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


@pytest.fixture
def notified(racing_shop, at_paypal, racing_env, data_dir):
    """PayPal tells the shop of what happens, and a worker looks at it."""
    with worker(data_dir, racing_env):
        at_paypal.deliver_to(f"{racing_shop.url}/webhooks/paypal/")
        yield
        at_paypal.deliver_to("")


# One order


def click_often(url, paypal, variant, method, times=20):
    shopper = Shopper.over_http(url)
    shopper.prepare(variant, method=method)
    form = shopper.agree() | {"provider": "paypal"}
    cookies = {"sessionid": shopper.client.cookies["sessionid"]}
    windows = [Shopper.over_http(url, cookies=cookies) for _ in range(times)]
    answers = at_once([lambda w=w: w.place(**form) for w in windows])
    assert {answer.status_code for answer in answers} == {303}
    return shopper, answers


@pytest.mark.parametrize("seconds", [0, 0.8], ids=["quick", "slow"])
def test_twenty_clicks_on_pay_are_one_order_one_payment_and_equal_answers(
    racing_shop, at_paypal, variant, method, seconds
):
    at_paypal.fault("create", "delay", seconds=seconds)
    shopper, answers = click_often(racing_shop.url, at_paypal, variant, method)
    assert len({answer.headers["Location"] for answer in answers}) == 1
    purchase = arrived(shopper, at_paypal, answers[0])
    assert Order.objects.count() == Attempt.objects.count() == 1
    assert purchase.at_paypal() == [purchase.number]
    assert "Your payment has arrived." in purchase.come_back().text
    assert purchase.state == PAID
    assert_books_agree(at_paypal, {variant: STOCK})


def test_control_with_new_request_ids_paypal_is_asked_for_several_payments(
    without, at_paypal, variant, method
):
    click_often(without("asking"), at_paypal, variant, method)
    [order] = Order.objects.all()
    asked = [o for o in at_paypal.ledger()["orders"] if o["invoice_id"] == order.number]
    assert len(asked) > 1


def test_bank_chosen_in_one_tab_while_paypal_returns_in_the_other(buy, at_paypal, variant):
    for round_ in range(ROUNDS):
        purchase = buy()
        back = purchase.approve()
        at_once([partial(later, 0.02 * round_, purchase.pay, "offline"), partial(visit, back)])
        assert purchase.state in [PAID, ("awaiting", ["abandoned", "created"])]
        assert purchase.taken == ([2450] if purchase.state == PAID else [])
    assert_books_agree(at_paypal, {variant: STOCK})


def test_of_two_payments_approved_in_two_tabs_the_one_last_chosen_is_taken(buy, at_paypal, variant):
    first = buy()
    assert first.pay("offline").status_code == 303
    second = Purchase(first.shopper, at_paypal, first.order, token_of(first.pay("paypal")))
    assert first.number != second.number
    at_once([partial(visit, each.approve()) for each in (first, second)] * 4)
    assert first.state == ("paid", ["abandoned", "abandoned", "captured"])
    assert first.taken == [first.order.total]
    assert_books_agree(at_paypal, {variant: STOCK})


# Webhook, return page and reconciler


class TestNotices:
    @pytest.fixture(autouse=True)
    def _notified(self, notified):
        pass

    def test_a_webhook_before_the_return_pays_and_the_return_is_told_so(
        self, buy, at_paypal, variant
    ):
        purchase = buy()
        back = purchase.approve()
        wait_for(lambda: purchase.state == PAID)
        for _ in range(2):
            assert "Your payment has arrived." in visit(back).text
        assert purchase.taken == [2450]
        assert_books_agree(at_paypal, {variant: STOCK})

    def test_a_webhook_without_a_return_pays(self, buy, at_paypal, variant):
        purchase = buy()
        at_paypal.approve(purchase.number)
        wait_for(lambda: purchase.state == PAID)
        assert_books_agree(at_paypal, {variant: STOCK})

    def test_return_webhook_and_reconciler_at_the_same_moment_book_once(
        self, buy, at_paypal, variant
    ):
        purchase = buy()
        at_paypal.fault("webhook", "late", seconds=60)
        back = purchase.approve()
        again = partial(at_paypal.resend, event_type="CHECKOUT.ORDER.APPROVED")
        time_passes()
        answers = at_once(
            [partial(visit, back)] * 10
            + [again] * 5
            + [in_a_thread(partial(flows.settle, purchase.order.attempts.get().pk))] * 2
            + [in_a_thread(flows.reconcile)] * 3
        )
        assert {page.status_code for page in answers[:10]} == {200}
        time_passes()
        flows.reconcile()
        assert purchase.state == PAID
        assert purchase.taken == [2450]
        assert Capture.objects.count() == len(mails("paid")) == 1
        assert_books_agree(at_paypal, {variant: STOCK})


def test_a_return_without_a_webhook_pays(buy, at_paypal, variant):
    purchase = buy()
    assert "Your payment has arrived." in purchase.come_back().text
    assert purchase.state == PAID
    assert_books_agree(at_paypal, {variant: STOCK})


def test_an_error_after_the_capture_is_booked_once_by_whoever_asks_next(buy, at_paypal, variant):
    purchase = buy()
    at_paypal.fault("capture", "error", status=500, when="after", times=1)
    assert "Your payment is being checked." in purchase.come_back().text
    assert purchase.state == ("awaiting", ["capturing"])
    assert purchase.taken == [2450]
    time_passes()
    at_once([in_a_thread(flows.reconcile)] * 5)
    time_passes()
    flows.reconcile()
    assert purchase.state == PAID
    assert_books_agree(at_paypal, {variant: STOCK})


def test_a_server_killed_during_the_capture_loses_no_money(
    buy, racing_shop, at_paypal, variant, beside
):
    purchase = buy()
    at_paypal.fault("capture", "delay", when="after", seconds=2)
    back = purchase.approve()
    beside(partial(visit, back))
    wait_for(lambda: purchase.taken)
    kill_workers(racing_shop)
    assert purchase.state == ("awaiting", ["capturing"])
    wait_for(lambda: answers(racing_shop.url))
    assert "Your payment" in visit(back).text
    time_passes()
    at_once([in_a_thread(flows.reconcile)] * 5)
    assert "Your payment has arrived." in visit(back).text
    assert purchase.state == PAID
    assert purchase.taken == [2450]
    assert_books_agree(at_paypal, {variant: STOCK})


def test_an_amount_changed_after_approval_is_not_taken(buy, at_paypal, variant):
    purchase = buy()
    back = purchase.approve()
    at_paypal.change(purchase.number, amount={"value": "1.00"})
    pages = at_once([partial(visit, back)] * 6)
    assert all("Your payment has arrived." not in page.text for page in pages)
    assert purchase.state == ("awaiting", ["failed"])
    assert purchase.order.events.filter(kind="mismatch").count() == 1
    assert purchase.taken == []
    assert_books_agree(at_paypal, {variant: STOCK})
