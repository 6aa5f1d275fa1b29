"""The adapter against the simulator: what it asks for, reads, takes and gives back."""

import uuid

import pytest

import factories
import placing
from orders.models import Capture
from payments.paypal import purchase_unit
from payments.provider import Captured, Declined, Money, Refused, Stage, Unknown

pytestmark = pytest.mark.django_db


def order_at(paypal, attempt):
    return paypal.show(attempt.provider_order_id).json()


def approve(paypal, attempt, choice="approve"):
    paypal.approve(attempt.provider_order_id, choice)


@pytest.fixture
def captured(adapter, paypal, attempt):
    approve(paypal, attempt)
    return adapter.capture(attempt)


def refund_of(attempt, captured, amount):
    capture, _ = Capture.objects.get_or_create(
        attempt=attempt, capture_id=captured.capture_id, amount=captured.amount
    )
    return capture.refunds.create(amount=amount)


class TestAsking:
    def test_the_breakdown_adds_up_and_the_order_names_who_asks(self, paypal, attempt):
        [unit] = order_at(paypal, attempt)["purchase_units"]
        assert unit["amount"]["value"] == "64.92"  # 3 × 19.99 and 4.95 of post
        breakdown = {name: part["value"] for name, part in unit["amount"]["breakdown"].items()}
        assert breakdown == {
            "item_total": "49.97",
            "tax_total": "10.00",
            "shipping": "4.95",
            "discount": "0.00",
            "shipping_discount": "0.00",
        }
        assert unit["custom_id"] == str(attempt.pk)
        assert unit["invoice_id"] == attempt.order.number
        assert attempt.payee == unit["payee"]["merchant_id"] == "SIMULATEDSHOP"

    def test_asked_twice_it_is_the_same_order(self, adapter, attempt):
        assert adapter.create(attempt).provider_order_id == attempt.provider_order_id

    @pytest.mark.parametrize("language", ["en", "zh-hant"])
    def test_names_are_in_the_orders_language_and_cut_to_what_paypal_takes(
        self, adapter, paypal, language
    ):
        product = factories.product(name_en="Bowl " + "o" * 115, name_zh="碗" * 120)
        values = factories.option(product, "glaze", "celadon-" + "e" * 40)
        variant = factories.variant(product, values=values)
        attempt = placing.place((variant, 2), provider="paypal", language=language).attempts.get()
        [item] = purchase_unit(attempt)["items"]
        assert len(item["name"]) == 127
        assert item["name"].startswith({"en": "2 × Bowl ooo", "zh-hant": "2 × 碗碗"}[language])
        created = adapter.create(attempt)
        page = paypal.page(created.approve_url).text
        assert f'lang="{"en" if language == "en" else "zh-Hant"}"' in page
        assert item["name"] in page

    def test_the_way_back_is_the_orders_own_address(self, paypal, attempt):
        back = paypal.choose(attempt.provider_order_id)
        assert back.startswith(attempt.order.address_of("orders:return"))
        assert f"token={attempt.provider_order_id}" in back

    def test_a_currency_that_paypal_does_not_know_is_refused_for_good(self, adapter, attempt):
        attempt.request_id, attempt.currency = uuid.uuid4(), "XTS"
        with pytest.raises(Refused, match="INVALID_CURRENCY_CODE"):
            adapter.create(attempt)

    @pytest.mark.parametrize(
        ("amount", "currency", "taken"),
        [
            (2400, "GBP", True),
            (2400, "JPY", True),
            (2400, "TWD", True),
            (2450, "TWD", False),
            (2450, "HUF", False),
            (2400, "KWD", False),
        ],
    )
    def test_it_takes_what_paypal_can_write(self, adapter, amount, currency, taken):
        assert adapter.takes(amount, currency) is taken


class TestReading:
    def test_waiting_approved_and_done(self, adapter, paypal, attempt):
        seen = adapter.read(attempt)
        asked = (attempt.amount, attempt.currency, str(attempt.pk), attempt.payee)
        assert (seen.amount, seen.currency, seen.custom_id, seen.payee) == asked
        assert seen.stage is Stage.WAITING
        approve(paypal, attempt)
        assert adapter.read(attempt).stage is Stage.APPROVED
        captured = adapter.capture(attempt)
        seen = adapter.read(attempt)
        assert (seen.stage, seen.captures) == (Stage.DONE, [captured])

    def test_what_nobody_approved_in_three_hours_has_gone(self, adapter, paypal, attempt):
        paypal.shift_clock(3 * 3600 + 60)
        assert adapter.read(attempt).stage is Stage.GONE

    def test_an_unknown_number_has_gone(self, adapter, attempt):
        attempt.provider_order_id = "0NOSUCHORDER"
        assert adapter.read(attempt).stage is Stage.GONE


class TestCapturing:
    def test_completed(self, adapter, attempt, captured):
        assert captured.money is Money.MOVED
        assert (captured.amount, captured.currency) == (attempt.amount, "GBP")

    def test_the_same_attempt_takes_the_money_once(self, adapter, paypal, attempt, captured):
        assert adapter.capture(attempt) == captured
        attempt.request_id = uuid.uuid4()  # "already captured", and then read
        assert adapter.capture(attempt) == captured
        captures = [row["id"] for row in paypal.ledger()["captures"]]
        assert captures.count(captured.capture_id) == 1

    def test_before_approval_it_is_declined(self, adapter, attempt):
        with pytest.raises(Declined):
            adapter.capture(attempt)

    def test_declined_then_approved_again(self, adapter, paypal, attempt):
        approve(paypal, attempt, "decline")
        with pytest.raises(Declined):
            adapter.capture(attempt)
        assert adapter.read(attempt).stage is Stage.WAITING
        attempt.declines += 1
        approve(paypal, attempt)
        assert adapter.capture(attempt).money is Money.MOVED

    @pytest.mark.parametrize(("to", "money"), [("complete", Money.MOVED), ("deny", Money.FAILED)])
    def test_pending_then_decided(self, adapter, paypal, attempt, to, money):
        approve(paypal, attempt, "pending")
        captured = adapter.capture(attempt)
        assert captured.money is Money.PENDING
        paypal.settle(captured.capture_id, to)
        after = Captured(captured.capture_id, captured.amount, captured.currency, money)
        assert adapter.read(attempt).captures == [after]

    def test_an_invoice_that_is_paid_is_refused(self, adapter, paypal, attempt, captured):
        again = attempt.order.attempts.create(
            provider="paypal", amount=attempt.amount, currency=attempt.currency
        )
        again.provider_order_id = adapter.create(again).provider_order_id
        approve(paypal, again)
        with pytest.raises(Refused, match="DUPLICATE_INVOICE_ID"):
            adapter.capture(again)

    def test_captured_and_yet_nothing_shown_is_asked_again(self, adapter, paypal, attempt):
        approve(paypal, attempt)
        paypal.fault("capture", "error", status=422, issue="ORDER_ALREADY_CAPTURED")
        with pytest.raises(Unknown):
            adapter.capture(attempt)


class TestGivingBack:
    def test_a_part_then_the_rest_then_no_more(self, adapter, paypal, attempt, captured):
        part = adapter.refund(refund_of(attempt, captured, 1000))
        assert (part.amount, part.currency, part.money) == (1000, "GBP", Money.MOVED)
        with pytest.raises(Refused, match="REFUND_AMOUNT_EXCEEDED"):
            adapter.refund(refund_of(attempt, captured, captured.amount - 999))
        adapter.refund(refund_of(attempt, captured, captured.amount - 1000))
        with pytest.raises(Refused, match="CAPTURE_FULLY_REFUNDED"):
            adapter.refund(refund_of(attempt, captured, 1))
        assert [each.amount for each in adapter.read(attempt).refunds] == [1000, 5492]

    def test_the_same_refund_is_made_once(self, adapter, attempt, captured):
        refund = refund_of(attempt, captured, 1000)
        first = adapter.refund(refund)
        assert adapter.refund(refund) == first
        assert first.request_id == str(refund.request_id)
        assert adapter.read(attempt).refunds == [first]
