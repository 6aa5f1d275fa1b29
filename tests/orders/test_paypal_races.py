"""Payments that meet themselves, each other and the end of their order, over real HTTP.

Where a test has a control run, the same is done without the guard and comes out wrong.
"""

import threading
import time
from functools import partial

import pytest
from django.db import connection

import factories
from coupons.models import Coupon
from orders import flows
from orders.models import Attempt, Capture, Order, Refund
from paying import (
    Purchase,
    arrived,
    assert_books_agree,
    begin,
    mails,
    sell_out,
    time_passes,
    token_of,
    visit,
)
from placing import lapse
from races import SERVER, at_once, unguarded
from shopping import Shopper, leads_to
from workers import wait_for, worker

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
def buy(racing_shop, at_paypal, variant, method):
    """Each call is another shopper at PayPal's page, in the guarded shop unless told."""
    emails = (f"buyer-{n}@example.com" for n in range(100))
    return lambda url=racing_shop.url, *more: begin(
        url, at_paypal, *(more or [variant]), method=method, email=next(emails)
    )


@pytest.fixture
def without(shop_server, paypal_env):
    """The address of a shop that lacks a guard."""
    return lambda guard: shop_server(1, SERVER["threads"], **unguarded(guard), **paypal_env).url


@pytest.fixture
def notified(racing_shop, at_paypal, racing_env, data_dir):
    """PayPal tells the shop of what happens, and a worker looks at it."""
    with worker(data_dir, racing_env):
        at_paypal.deliver_to(f"{racing_shop.url}/webhooks/paypal/")
        yield
        at_paypal.deliver_to("")


def later(seconds, call, *given):
    time.sleep(seconds)
    return call(*given)


def in_a_thread(call):
    """A call to the shop's verbs leaves no connection behind."""

    def run():
        try:
            return call()
        except (flows.NotSettled, flows.SoldOut, flows.NotEnded) as reason:
            return reason
        finally:
            connection.close()

    return run


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
    seen = set()
    for round_ in range(ROUNDS):
        purchase = buy()
        back = purchase.approve()
        at_once([partial(later, 0.02 * round_, purchase.pay, "offline"), partial(visit, back)])
        seen.add(state := purchase.state[0])
        assert (
            purchase.state
            in {
                "paid": [PAID],
                "awaiting": [("awaiting", ["abandoned", "created"])],
            }[state]
        )
        assert purchase.taken == ([purchase.order.total] if state == "paid" else [])
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
def slowly(at_paypal):
    """Start the return page and come back while PayPal is taking the money."""
    threads = []

    def start(purchase):
        at_paypal.fault("capture", "delay", seconds=1.5)
        calls = lambda: [c for c in at_paypal.ledger()["calls"] if c["call"] == "capture"]  # noqa: E731
        before = len(calls())
        threads.append(threading.Thread(target=purchase.come_back))
        threads[-1].start()
        wait_for(lambda: len(calls()) > before)
        return threads[-1]

    yield start
    for thread in threads:
        thread.join()


def test_cancel_pressed_while_the_money_is_taken_comes_too_late(buy, at_paypal, slowly, variant):
    purchase = buy()
    thread = slowly(purchase)
    assert leads_to(purchase.cancel()) == purchase.order.get_absolute_url()
    assert purchase.state == ("awaiting", ["capturing"])
    thread.join()
    assert purchase.state == PAID
    assert_books_agree(at_paypal, {variant: STOCK})


def test_control_without_the_claim_a_cancelled_order_is_charged(buy, without, slowly):
    purchase = buy(without("claiming"))
    thread = slowly(purchase)
    purchase.cancel()
    thread.join()
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
    thread = slowly(purchase)
    lapse(purchase.order)
    at_once([in_a_thread(flows.expire)] * 4)
    assert purchase.state == ("awaiting", ["capturing"])
    thread.join()
    assert purchase.state == PAID
    assert_books_agree(at_paypal, {variant: STOCK})


def test_control_an_expiry_that_does_not_skip_captures_gives_sold_stock_away(
    buy, slowly, variant, monkeypatch
):
    purchase = buy()
    thread = slowly(purchase)
    lapse(purchase.order)
    monkeypatch.setattr(Attempt, "BUSY", ())
    flows.expire()
    monkeypatch.undo()
    thread.join()
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


def use_the_last(url, method, many=20):
    """All agree to an order with the same code, which is good for one, at the same moment."""
    shelf = factories.variant(stock=100, price=2000)
    code = factories.coupon(off=500, limit=1)
    buyers, forms = [Shopper.over_http(url) for _ in range(many)], []
    for n, buyer in enumerate(buyers):
        assert buyer.add(shelf).status_code == buyer.use(code).status_code == 303
        buyer.tell(email=f"last-{n}@example.com")
        buyer.choose(method)
        forms.append(buyer.agree() | {"provider": "paypal"})
    answers = at_once([lambda b=b, f=f: b.place(**f) for b, f in zip(buyers, forms, strict=True)])
    return code, shelf, answers


def test_twenty_uses_of_a_code_for_one_are_one(racing_shop, at_paypal, method):
    code, shelf, answers = use_the_last(racing_shop.url, method)
    assert sorted(answer.status_code for answer in answers) == [303] + [422] * 19
    [order] = Order.objects.all()
    assert (order.discount, order.total) == (500, 1950)
    assert Coupon.objects.get(pk=code.pk).used == code.redemptions.count() == 1
    assert_books_agree(at_paypal, {shelf: 100})


def test_control_read_decide_write_counts_more_uses_than_there_are(without, at_paypal, method):
    code, _shelf, _answers = use_the_last(without("counting"), method)
    assert code.redemptions.count() > 1
    assert Coupon.objects.get(pk=code.pk).used == 1  # and the counter looks right
