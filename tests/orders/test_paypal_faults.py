"""PayPal that is slow, fails, hangs, or tells too much, with the real server, worker and beat."""

import os
import signal
import threading
import time
from functools import partial
from statistics import quantiles

import pytest

import factories
from orders.models import Attempt, Capture, Order, WebhookEvent
from paying import (
    assert_books_agree,
    longest_idle,
    mails,
    sell_out,
    time_passes,
    timed,
    unsent,
    visit,
)
from placing import lapse
from shopping import Shopper
from workers import wait_for

pytestmark = pytest.mark.postgres
PAID = ("paid", ["captured"])
STOCK, STUCK, OTHERS = 10, 30, 50


@pytest.fixture
def variant(transactional_db):
    return factories.variant(stock=STOCK, price=2000)


@pytest.fixture
def method(transactional_db):
    return factories.delivery(price=450)


# Slow


def slowest(url):
    """The 98th percentile of reading a page, in seconds, of requests one after the other."""
    times = [timed(partial(visit, url))[1] for _ in range(OTHERS)]
    return quantiles(times, n=50)[-1]


def test_a_slow_paypal_keeps_nobody_else_waiting(
    racing_shop, at_paypal, method, database_env, beside
):
    shelf = factories.variant(stock=STUCK)
    shoppers = [Shopper.over_http(racing_shop.url) for _ in range(STUCK)]
    forms = []
    for n, shopper in enumerate(shoppers):
        shopper.prepare(shelf, method=method, email=f"stuck-{n}@example.com")
        forms.append(shopper.agree() | {"provider": "paypal"})
    page = f"{racing_shop.url}/p/{shelf.product.slug}/"
    usual = slowest(page)
    at_paypal.fault("create", "delay", seconds=30, times=0)
    end = threading.Event()
    watch = beside(partial(longest_idle, database_env["DATABASE_URL"], end))
    stuck = [
        beside(partial(timed, partial(shopper.place, **form)))
        for shopper, form in zip(shoppers, forms, strict=True)
    ]
    first = timed(partial(visit, page))[1]
    wait_for(lambda: sum(not call.done() for call in stuck) <= 4, 9)  # two in each process
    during = slowest(page)
    answers = [call.result() for call in stuck]
    end.set()
    print(f"usual {usual:.3f}, with {STUCK} stuck {during:.3f}, at first {first:.3f}, ", end="")
    print(f"slowest checkout {max(seconds for _, seconds in answers):.1f}")
    assert {answer.status_code for answer, _ in answers} == {303}
    assert max(seconds for _, seconds in answers) < 12 + 6  # a busy machine
    assert watch.result() < 1
    assert during < max(2 * usual, usual + 0.5)
    assert Order.objects.count() == Attempt.objects.filter(state="new").count() == STUCK
    at_paypal.clear_faults()
    assert_books_agree(at_paypal, {shelf: STUCK})


@pytest.mark.usefixtures("beat")
class TestBooked:
    """What the shopper's own request could not finish is finished by the beat."""

    @pytest.fixture(autouse=True)
    def _agree(self, at_paypal, variant):
        yield
        wait_for(lambda: unsent() == 0)
        assert_books_agree(at_paypal)

    @pytest.mark.parametrize("do", ["error", "drop"])
    def test_an_answer_lost_after_the_capture_is_booked_once(self, buy, at_paypal, do):
        purchase = buy()
        at_paypal.fault("capture", do, when="after", times=1)
        assert "Your payment is being checked." in purchase.come_back().text
        assert purchase.taken == [2450]
        time_passes()
        wait_for(lambda: purchase.state == PAID)
        assert Capture.objects.count() == len(mails("paid")) == 1

    def test_a_token_that_is_taken_back_is_asked_for_anew(self, buy, at_paypal):
        purchase = buy()
        at_paypal.fault("capture", "error", status=401, times=1)
        purchase.come_back()
        assert purchase.state == PAID

    def test_approved_without_return_or_webhook_is_paid(self, buy, at_paypal):
        purchase = buy()
        at_paypal.approve(purchase.number)
        time_passes()
        wait_for(lambda: purchase.state == PAID)

    def test_a_paypal_that_hangs_for_a_while_is_waited_for(self, buy, at_paypal, beside):
        purchase = buy()
        back = purchase.approve()
        os.kill(at_paypal.process.pid, signal.SIGSTOP)
        try:
            page = beside(partial(visit, back))
            time.sleep(3)
            assert not page.done()
        finally:
            os.kill(at_paypal.process.pid, signal.SIGCONT)
        assert "Your payment has arrived." in page.result().text
        assert purchase.state == PAID

    def test_an_expired_hold_that_was_resold_is_not_charged(self, buy, at_paypal, variant):
        purchase = buy()
        lapse(purchase.order)
        wait_for(lambda: purchase.state[0] == "expired")
        sell_out(variant)
        page = purchase.come_back().text
        assert "is sold out since your hold ended. You were not charged." in page
        time_passes()
        time.sleep(2.5)  # two beats
        assert purchase.state == ("expired", ["abandoned"])
        assert purchase.taken == []


# Webhooks


def told(paypal, number):
    """How it went to tell the shop of an order's approval."""
    [event] = [e for e in paypal.ledger()["webhooks"] if e["resource_id"] == number]
    return event["deliveries"][0]


@pytest.mark.usefixtures("beat")
class TestWebhooks:
    """Told often, in any order or falsely, the order ends as if told once and in order."""

    @pytest.fixture(autouse=True)
    def _told(self, racing_shop, at_paypal, variant):
        at_paypal.deliver_to(f"{racing_shop.url}/webhooks/paypal/")
        yield
        at_paypal.deliver_to("")
        wait_for(lambda: unsent() == 0)
        assert_books_agree(at_paypal, {variant: STOCK})

    def end(self, purchase, paypal, events=2):
        """How the order ends once all that PayPal had to say was said and looked at."""
        wait_for(lambda: purchase.state == PAID)
        wait_for(lambda: WebhookEvent.objects.filter(handled_at__isnull=False).count() == events)
        return mails("paid") == [purchase.order.email], purchase.taken

    @pytest.mark.parametrize(
        "fault",
        [
            {"do": "duplicate", "copies": 1},
            {"do": "duplicate", "copies": 5},
            {"do": "late", "seconds": 1},
        ],
        ids=["in order", "five times", "late"],
    )
    def test_however_often_it_is_told(self, buy, at_paypal, fault):
        purchase = buy()
        at_paypal.fault("webhook", **fault, times=0)
        at_paypal.approve(purchase.number)
        assert self.end(purchase, at_paypal) == (True, [2450])

    def test_in_reverse(self, buy, at_paypal):
        purchase = buy()
        at_paypal.fault("webhook", "reorder", times=2)
        assert "Your payment has arrived." in purchase.come_back().text
        assert self.end(purchase, at_paypal) == (True, [2450])

    def test_days_late(self, buy, at_paypal):
        purchase = buy()
        at_paypal.fault("webhook", "late", seconds=600, times=0)
        purchase.come_back()
        at_paypal.shift_clock(3 * 86_400)
        for kind in ("PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.APPROVED"):
            at_paypal.resend(event_type=kind, times=5)
        assert self.end(purchase, at_paypal) == (True, [2450])

    def test_badly_signed_it_changes_nothing(self, buy, at_paypal):
        purchase = buy()
        at_paypal.fault("webhook", "bad-signature", times=0)
        at_paypal.approve(purchase.number)
        delivery = partial(told, at_paypal, purchase.number)
        wait_for(lambda: delivery()["state"] == "given up")
        assert {each["status"] for each in delivery()["attempts"]} == {400}
        assert not WebhookEvent.objects.exists()
        assert purchase.state == ("awaiting", ["created"])
        assert purchase.taken == []

    def test_about_an_order_of_nobody_it_changes_nothing(self, buy, at_paypal):
        purchase = buy()
        at_paypal.approve(at_paypal.create().json()["id"])
        event = wait_for(lambda: WebhookEvent.objects.filter(handled_at__isnull=False).first())
        assert event.attempt is None
        assert purchase.state == ("awaiting", ["created"])

    def test_a_refund_that_is_told_before_its_capture(self, buy, at_paypal):
        purchase = buy()
        at_paypal.fault("webhook", "reorder", times=3)
        at_paypal.fault("capture", "error", when="after", times=1)
        purchase.come_back()
        assert purchase.state == ("awaiting", ["capturing"])
        captures = at_paypal.ledger()["captures"]
        [capture] = [c["id"] for c in captures if c["order_id"] == purchase.number]
        assert at_paypal.refund(capture).status_code == 201
        assert self.end(purchase, at_paypal, events=3) == (True, [2450])
        refund = wait_for(lambda: Capture.objects.get().refunds.filter(state="done").first())
        assert refund.amount == 2450
