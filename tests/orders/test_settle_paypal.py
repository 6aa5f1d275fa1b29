"""Ways in which a payment at PayPal ends otherwise than hoped, each found by the state machine."""

from datetime import timedelta

import pytest
from django.db.models import F

import factories
from orders import flows
from orders.flows import refunds
from orders.models import Attempt, Capture, Order, Refund
from payments.provider import Unknown

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(adapter, place):
    attempt = place((factories.variant(stock=5), 2), provider="paypal").attempts.get()
    flows.start(attempt.pk)
    attempt.refresh_from_db()
    return attempt


def settle(attempt):
    with pytest.raises((flows.NotSettled, Unknown)):
        flows.settle(attempt.pk)
    attempt.refresh_from_db()
    return attempt.state


def reconcile():
    Attempt.objects.update(ask_at=F("ask_at") - timedelta(hours=1))
    flows.reconcile()


def lost_answer(paypal, attempt, choice):
    """PayPal does what it is asked, and the shop does not hear of it."""
    paypal.approve(attempt.provider_order_id, choice)
    paypal.fault("capture", "drop", when="after")
    assert settle(attempt) == "capturing"
    return [row for row in paypal.ledger()["captures"] if row["custom_id"] == str(attempt.pk)]


def test_a_capture_that_was_denied_before_its_answer_came_ends_the_attempt(attempt, paypal):
    [capture] = lost_answer(paypal, attempt, "pending")[-1:]
    paypal.settle(capture["id"], "deny")
    reconcile()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.trouble) == ("failed", "denied")
    again = flows.choose(attempt.order_id, "paypal")
    assert again != attempt, "sent to a payment that is over"


def test_a_claim_whose_payment_paypal_has_let_go_of_does_not_bind_the_order_for_ever(
    attempt, paypal, overdue
):
    lost_answer(paypal, attempt, "decline")
    paypal.shift_clock(3 * 3600 + 60)
    reconcile()
    attempt.refresh_from_db()
    assert attempt.state == "abandoned"
    overdue(attempt.order)
    assert flows.expire() == 1


@pytest.mark.parametrize(("to", "owed"), [("complete", True), ("deny", False)])
def test_a_pending_capture_of_a_wrong_amount_is_asked_about_until_it_is_decided(
    attempt, paypal, to, owed
):
    [capture] = lost_answer(paypal, attempt, "pending")[-1:]
    paypal.change(attempt.provider_order_id, amount={"value": "1.00"})
    assert settle(attempt) == "pending"
    assert settle(attempt) == "pending"
    paypal.settle(capture["id"], to)
    reconcile()
    attempt.refresh_from_db()
    assert attempt.state == "failed"
    assert Refund.objects.filter(amount=attempt.amount).exists() is owed
    assert Order.objects.get().state == "awaiting"


def test_a_refund_made_at_paypal_is_booked_whatever_its_maker_wrote(attempt, paypal):
    paypal.approve(attempt.provider_order_id)
    flows.settle(attempt.pk)
    capture = Capture.objects.get()
    part = {"currency_code": "GBP", "value": "1.00"}
    paypal.refund(capture.capture_id, {"amount": part})
    paypal.refund(capture.capture_id, {"amount": part, "custom_id": "not one of ours"})
    for _ in range(2):
        refunds.sync(attempt)
    assert list(Refund.objects.values_list("state", "amount")) == [("done", 100)] * 2
