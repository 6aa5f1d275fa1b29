"""Settle is the only road to money; expire gives back what nobody paid for."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

import factories
from catalog.models import Variant
from orders import flows
from orders.flows import ending
from orders.models import Attempt, Capture, Order, OrderLine
from orders.models.order_set import OrderQuerySet
from outbox.models import Message
from payments.provider import Unknown

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant():
    return factories.variant(stock=5)


@pytest.fixture
def order(place, variant, bank):
    return place((variant, 2), provider="bank")


@pytest.fixture
def attempt(order):
    return order.attempts.get()


def state(order):
    """(order, its attempts, held, stock of its variant)"""
    order.refresh_from_db()
    line = order.lines.get()
    attempts = [attempt.state for attempt in order.attempts.all()]
    return order.state, *attempts, line.held, Variant.objects.get(pk=line.variant_id).stock


def mails(kind):
    return Message.objects.filter(kind=kind).count()


class TestSettling:
    def test_it_books_the_money_and_pays_the_order(self, order, attempt, bank):
        paid = flows.settle(attempt.pk)
        assert paid == order
        assert state(order) == ("paid", "captured", 2, 3)
        assert Capture.objects.get().amount == order.total == sum(bank.ledger.values())
        assert order.paid_at is not None
        assert order.hold_until is None
        assert mails("paid") == 1

    def test_twice_books_once(self, order, attempt, bank):
        assert flows.settle(attempt.pk) == flows.settle(attempt.pk)
        assert Capture.objects.count() == len(bank.ledger) == mails("paid") == 1
        assert [event.kind for event in order.events.all()] == ["placed", "paid"]

    @pytest.mark.parametrize(
        "seen", [{"amount": 1}, {"currency": "JPY"}, {"custom_id": "someone else's"}]
    )
    def test_a_mismatch_fails_the_attempt_uncaptured(self, order, attempt, bank, seen, caplog):
        for name, value in seen.items():
            setattr(bank, name, value)
        with pytest.raises(flows.NotSettled):
            flows.settle(attempt.pk)
        assert state(order) == ("awaiting", "failed", 2, 3)
        assert bank.ledger == {}
        assert not Capture.objects.exists()
        assert [event.kind for event in order.events.all()] == ["placed", "mismatch"]
        assert any(record.levelname == "ERROR" for record in caplog.records)
        vars(bank).update(amount=None, currency=None, custom_id=None)
        with pytest.raises(flows.NotSettled):
            flows.settle(attempt.pk)
        assert bank.ledger == {}

    def test_declined_leaves_it_to_be_tried_again(self, order, attempt, bank):
        bank.answer = "declined"
        with pytest.raises(flows.NotSettled):
            flows.settle(attempt.pk)
        assert state(order) == ("awaiting", "created", 2, 3)
        bank.answer = "captured"
        flows.settle(attempt.pk)
        assert state(order) == ("paid", "captured", 2, 3)

    def test_no_answer_leaves_it_capturing_until_asked_again(self, order, attempt, bank):
        bank.answer = "unknown"
        with pytest.raises(Unknown):
            flows.settle(attempt.pk)
        assert state(order) == ("awaiting", "capturing", 2, 3)
        bank.answer = "captured"
        flows.settle(attempt.pk)
        assert state(order) == ("paid", "captured", 2, 3)
        assert mails("paid") == 1

    def test_pending_money_is_not_yet_money(self, order, attempt, bank):
        bank.answer = "pending"
        flows.settle(attempt.pk)
        assert state(order) == ("awaiting", "pending", 2, 3)
        assert not Capture.objects.exists()
        assert mails("paid") == 0

    def test_a_second_attempt_waits_while_the_first_may_have_the_money(self, order, attempt, bank):
        other = order.attempts.create(
            provider="bank", amount=order.total, currency="GBP", state=Attempt.State.CREATED
        )
        bank.answer = "unknown"
        with pytest.raises(Unknown):
            flows.settle(attempt.pk)
        bank.answer = "captured"
        with pytest.raises(flows.NotSettled):
            flows.settle(other.pk)
        flows.settle(attempt.pk)
        with pytest.raises(flows.NotSettled):
            flows.settle(other.pk)
        assert len(bank.ledger) == 1

    def test_an_attempt_that_was_given_up_takes_no_money(self, order, attempt, bank):
        Attempt.objects.update(state=Attempt.State.ABANDONED)
        with pytest.raises(flows.NotSettled):
            flows.settle(attempt.pk)
        assert bank.ledger == {}

    def test_a_cancelled_order_takes_no_money(self, order, attempt, bank):
        order.move(Order.State.AWAITING, to=Order.State.CANCELLED)
        with pytest.raises(flows.NotSettled):
            flows.settle(attempt.pk)
        assert bank.ledger == {}


class TestExpiry:
    def test_an_order_within_its_hold_is_left(self, order):
        assert flows.expire() == 0
        assert state(order) == ("awaiting", "created", 2, 3)

    def test_it_gives_the_stock_back_once(self, order, overdue):
        overdue(order)
        assert flows.expire() == 1
        assert state(order) == ("expired", "created", 0, 5)
        assert flows.expire() == 0
        assert state(order) == ("expired", "created", 0, 5)
        assert [event.kind for event in order.events.all()] == ["placed", "expired"]

    def test_each_overdue_order_is_ended(self, place, variant, overdue):
        orders = [place((variant, 1)) for _ in range(3)]
        for order in orders[:2]:
            overdue(order)
        assert flows.expire() == 2
        assert Variant.objects.get().stock == 4

    @pytest.mark.parametrize("busy", ["capturing", "pending", "captured"])
    def test_an_order_with_money_under_way_is_left(self, order, overdue, busy):
        Attempt.objects.update(state=busy)
        overdue(order)
        assert flows.expire() == 0
        assert state(order) == ("awaiting", busy, 2, 3)

    def test_a_paid_order_never_expires(self, order, attempt, overdue):
        flows.settle(attempt.pk)
        overdue(order)
        assert flows.expire() == 0
        assert state(order) == ("paid", "captured", 2, 3)

    def test_a_variant_that_was_deleted_hinders_nothing(self, order, overdue, variant):
        overdue(order)
        variant.delete()
        assert flows.expire() == 1
        assert OrderLine.objects.get().held == 0


class TestPaymentAfterExpiry:
    @pytest.fixture(autouse=True)
    def _expired(self, order, overdue):
        overdue(order)
        flows.expire()

    def test_it_takes_the_stock_again_first(self, order, attempt):
        flows.settle(attempt.pk)
        assert state(order) == ("paid", "captured", 2, 3)
        assert [e.kind for e in order.events.all()] == ["placed", "expired", "held-again", "paid"]

    @pytest.mark.parametrize("gone", [{"stock": 1}, {"active": False}])
    def test_where_it_has_gone_nothing_is_charged(self, order, attempt, bank, gone):
        Variant.objects.update(**gone)
        with pytest.raises(flows.SoldOut):
            flows.settle(attempt.pk)
        stock = gone.get("stock", 5)
        assert state(order) == ("expired", "created", 0, stock)
        assert bank.ledger == {}
        assert mails("paid") == 0

    def test_a_deleted_variant_is_sold_out(self, order, attempt, bank, variant):
        variant.delete()
        with pytest.raises(flows.SoldOut) as refused:
            flows.settle(attempt.pk)
        assert refused.value.variant.sku == order.lines.get().sku
        assert bank.ledger == {}

    def test_declined_then_it_is_held_anew_and_expires_anew(self, order, attempt, bank, overdue):
        bank.answer = "declined"
        with pytest.raises(flows.NotSettled):
            flows.settle(attempt.pk)
        assert state(order) == ("awaiting", "created", 2, 3)
        overdue(order)
        assert flows.expire() == 1
        assert state(order) == ("expired", "created", 0, 5)

    def test_of_several_lines_all_are_held_or_none(self, place, overdue, bank):
        one, gone = factories.variant(stock=3), factories.variant(stock=3)
        order = place((gone, 1), (one, 1), provider="bank")
        overdue(order)
        flows.expire()
        Variant.objects.filter(pk=gone.pk).update(stock=0)
        with pytest.raises(flows.SoldOut):
            flows.settle(order.attempts.get().pk)
        assert Variant.objects.get(pk=one.pk).stock == 3
        assert not order.lines.filter(held__gt=0).exists()


BUSY = ["capturing", "pending", "captured"]


@pytest.mark.parametrize("busy", BUSY)
def test_an_order_whose_capture_began_after_it_was_found_overdue_keeps_its_stock(
    order, overdue, monkeypatch, busy
):
    """The search has seen no money under way; once the order is locked there is."""

    def found_before(orders):
        return orders.filter(state=Order.State.AWAITING, hold_until__lt=Now())

    overdue(order)
    order.attempts.update(state=busy)
    monkeypatch.setattr(OrderQuerySet, "overdue", found_before)
    ending._expire_one()
    assert state(order) == ("awaiting", busy, 2, 3)
    assert not order.events.filter(kind="expired").exists()
    order.attempts.update(state=Attempt.State.CREATED)
    ending._expire_one()
    assert state(order) == ("expired", "created", 0, 5)


def refused(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


class TestConstraints:
    """The database holds what the code may one day forget."""

    @pytest.mark.parametrize("first", BUSY)
    @pytest.mark.parametrize("second", BUSY)
    def test_one_busy_attempt_per_order(self, order, first, second):
        fields = {"provider": "bank", "amount": 1, "currency": "GBP"}
        Attempt.objects.update(state=first)
        refused(lambda: order.attempts.create(**fields, state=second))
        for idle in ("new", "created", "failed", "abandoned"):
            order.attempts.create(**fields, state=idle)

    def test_one_order_per_checkout_token(self, place, variant, order):
        other = place((variant, 1))
        found = Order.objects.filter(pk=other.pk)
        refused(lambda: found.update(checkout_token=order.checkout_token))
        refused(lambda: found.update(number=order.number))

    def test_one_attempt_per_order_of_the_provider(self, place, variant, attempt):
        Attempt.objects.update(provider_order_id="P-1")
        other = place((variant, 1)).attempts.all()
        refused(lambda: other.update(provider_order_id="P-1"))
        refused(lambda: other.update(request_id=attempt.request_id))

    def test_a_capture_is_booked_once(self, attempt):
        Capture.objects.create(attempt=attempt, capture_id="C-1", amount=5)
        refused(lambda: Capture.objects.create(attempt=attempt, capture_id="C-1", amount=5))

    @pytest.mark.parametrize(
        ("model", "change"),
        [
            (Attempt, {"amount": 0}),
            (OrderLine, {"quantity": 0, "total": 0, "held": 0}),
            (OrderLine, {"held": 3}),
            (OrderLine, {"held": -1}),
            (OrderLine, {"total": 1}),
            (Order, {"total": 1}),
        ],
        ids=str,
    )
    def test_sums_and_quantities_hold(self, order, model, change):
        refused(lambda: model.objects.update(**change))

    def test_money_is_positive(self, attempt):
        refused(lambda: Capture.objects.create(attempt=attempt, capture_id="C-2", amount=0))

    def test_an_order_is_not_deleted_with_what_it_knows(self, order):
        from django.db.models import ProtectedError

        with pytest.raises(ProtectedError):
            order.delete()

    def test_one_mail_of_a_kind_per_event(self, order):
        message = Message.objects.get()
        copy = {"about": message.about, "kind": message.kind, "to": "x@example.com"}
        refused(lambda: Message.objects.create(**copy, language="en", subject="", text="", html=""))
