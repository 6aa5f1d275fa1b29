"""Money back: the shopper's, to the last unit, once; and the pieces with it."""

import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import Now

import factories
import placing
from catalog.models import Variant
from orders import flows
from orders.models import Capture, Order, Refund
from outbox.models import Message
from payments.provider import Captured, Unknown
from races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def cup():
    return factories.variant(stock=5, price=1000)


@pytest.fixture
def order(place, cup, bank):
    """Three cups at 10.00, delivery 4.95, paid with the bank."""
    return placing.pay(place((cup, 3), provider="bank", method=factories.delivery(price=495)))


@pytest.fixture
def line(order):
    return order.lines.get()


def pieces(order):
    """(held, sent, refunded, written off, came back, on the shelf)"""
    line = order.lines.get()
    stock = Variant.objects.get(pk=line.variant_id).stock
    counts = (line.held, line.fulfilled, line.refunded, line.written_off, line.restocked)
    return *counts, stock


def mails():
    return Message.objects.filter(kind="refunded").order_by("pk")


def kinds(order):
    return [event.kind for event in order.events.all()]


class TestOwing:
    def test_unsent_pieces_go_back_on_the_shelf(self, order, line):
        owed = flows.refund(order.pk, {line.pk: 2}, restock={line.pk}, why="changed her mind")
        assert (owed.amount, owed.delivery, owed.state) == (2000, 0, "due")
        assert pieces(order) == (1, 0, 2, 0, 0, 4)
        row = owed.lines.get()
        assert (row.quantity, row.amount, row.tax, row.restock) == (2, 2000, 333, True)
        assert kinds(order)[-1] == "refund-due"
        assert order.events.last().why == "changed her mind"

    def test_or_are_written_off(self, order, line):
        flows.refund(order.pk, {line.pk: 2})
        assert pieces(order) == (1, 0, 2, 2, 0, 2)

    def test_sent_pieces_come_back_or_do_not(self, order, line):
        placing.send(order)
        flows.refund(order.pk, {line.pk: 1}, restock=[line.pk])
        assert pieces(order) == (0, 3, 1, 0, 1, 3)
        flows.refund(order.pk, {line.pk: 1})
        assert pieces(order) == (0, 3, 2, 0, 1, 3)

    def test_pieces_that_were_not_sent_are_taken_first(self, order, line):
        placing.send(order, 2)
        flows.refund(order.pk, {line.pk: 2}, restock={line.pk})
        assert pieces(order) == (0, 2, 2, 0, 1, 4)

    def test_what_was_sent_is_all_once_the_rest_is_given_back(self, order, line):
        placing.send(order, 2)
        flows.refund(order.pk, {line.pk: 1})
        order.refresh_from_db()
        assert order.state == Order.State.FULFILLED
        assert kinds(order)[-1] == "fulfilled"

    def test_an_order_of_which_nothing_was_sent_stays_paid(self, order, line):
        flows.refund(order.pk, {line.pk: 3}, delivery=495)
        order.refresh_from_db()
        assert (order.state, order.standing) == ("paid", "paid, refunded")
        assert Refund.objects.get().amount == order.total

    def test_delivery_alone(self, order):
        owed = flows.refund(order.pk, {}, delivery=200)
        flows.refund(order.pk, {}, delivery=295)
        assert (owed.amount, owed.delivery) == (200, 200)
        order.refresh_from_db()
        assert order.delivery_left == 0
        with pytest.raises(flows.NotRefunded):
            flows.refund(order.pk, {}, delivery=1)

    @pytest.mark.parametrize(("n", "delivery"), [(0, 0), (4, 0), (-1, 0), (1, 496), (1, -1)])
    def test_more_than_there_is_is_refused_and_nothing_has_changed(self, order, line, n, delivery):
        with pytest.raises(flows.NotRefunded):
            flows.refund(order.pk, {line.pk: n}, delivery=delivery, restock={line.pk})
        assert pieces(order) == (3, 0, 0, 0, 0, 2)
        assert not Refund.objects.exists()
        assert kinds(order) == ["placed", "paid"]

    def test_a_line_of_another_order_is_refused(self, order, place):
        other = placing.pay(place((factories.variant(), 1)))
        with pytest.raises(flows.NotRefunded):
            flows.refund(order.pk, {other.lines.get().pk: 1})

    @pytest.mark.parametrize("state", ["awaiting", "expired", "cancelled"])
    def test_only_what_was_paid_is_given_back(self, order, line, state):
        Order.objects.update(state=state)
        with pytest.raises(flows.NotRefunded):
            flows.refund(order.pk, {line.pk: 1})

    def test_the_same_form_twice_is_one_refund(self, order, line, place):
        form = uuid.uuid4()
        owed = [flows.refund(order.pk, {line.pk: 1}, request_id=form) for _ in range(2)]
        assert owed[0] == owed[1]
        assert Refund.objects.count() == 1
        other = placing.pay(place((factories.variant(), 1)))
        with pytest.raises(flows.NotRefunded):
            flows.refund(other.pk, {other.lines.get().pk: 1}, request_id=form)

    def test_a_product_that_is_gone_is_refunded_and_not_put_back(self, order, line, cup):
        cup.delete()
        flows.refund(order.pk, {line.pk: 1}, restock={line.pk})
        line.refresh_from_db()
        assert (line.held, line.written_off, line.refunded) == (2, 1, 1)
        assert Refund.objects.get().lines.get().restock is False

    def test_what_is_made_to_order_stays_uncounted(self, place):
        order = placing.pay(place((factories.variant(stock=None), 2)))
        line = order.lines.get()
        flows.refund(order.pk, {line.pk: 1}, restock={line.pk})
        assert pieces(order) == (1, 0, 1, 0, 0, None)


class TestSending:
    @pytest.fixture
    def owed(self, order, line):
        return flows.refund(order.pk, {line.pk: 1}, delivery=100, restock={line.pk})

    def test_the_provider_gives_it_back_and_the_shopper_is_told_once(self, order, owed, bank):
        for _ in range(2):
            flows.send_refund(owed.pk)
        owed.refresh_from_db()
        assert (owed.state, owed.provider_refund_id) == ("done", f"bank-{owed.request_id}")
        assert bank.given_back == {str(owed.request_id): 1100}
        assert kinds(order)[-1] == "refunded"
        mail = mails().get()
        assert mail.to == order.email
        assert "£11.00" in mail.subject
        for text in (mail.text, mail.html):
            for words in ("£11.00", "£10.00", "£1.00", order.number, order.secret):
                assert words in text

    def test_no_answer_leaves_it_due_until_it_is_asked_again(self, owed, bank):
        bank.answer = "unknown"
        with pytest.raises(Unknown):
            flows.send_refund(owed.pk)
        owed.refresh_from_db()
        assert owed.state == "due"
        assert not mails().exists()
        bank.answer = "captured"
        Refund.objects.update(ask_at=Now() - timedelta(seconds=1))
        flows.reconcile()
        owed.refresh_from_db()
        assert owed.state == "done"
        assert len(bank.given_back) == mails().count() == 1

    def test_what_is_pending_is_looked_at_and_not_asked_for_again(self, owed, bank):
        bank.answer = "pending"
        flows.send_refund(owed.pk)
        owed.refresh_from_db()
        assert owed.state == "pending"
        bank.answer = "captured"
        bank.refund = None  # whoever calls it fails
        flows.send_refund(owed.pk)
        owed.refresh_from_db()
        assert owed.state == "done"
        assert mails().count() == 1

    def test_an_old_one_that_the_provider_has_given_is_not_given_again(self, owed, bank):
        """The provider forgets request ids after some hours."""
        bank.given_back[str(owed.request_id)] = owed.amount  # and the answer was lost
        Refund.objects.update(changed_at=F("changed_at") - timedelta(hours=7))
        bank.refund = None
        flows.send_refund(owed.pk)
        owed.refresh_from_db()
        assert owed.state == "done"

    def test_an_old_one_that_the_provider_does_not_have_is_sent(self, owed, bank):
        Refund.objects.update(changed_at=F("changed_at") - timedelta(hours=7))
        flows.send_refund(owed.pk)
        assert bank.given_back == {str(owed.request_id): 1100}

    def test_an_old_one_is_not_sent_while_the_provider_does_not_say(self, owed, bank):
        def silent(attempt):
            raise Unknown

        Refund.objects.update(changed_at=F("changed_at") - timedelta(hours=7))
        bank.read = silent
        with pytest.raises(Unknown):
            flows.send_refund(owed.pk)
        assert bank.given_back == {}

    def test_one_made_at_the_provider_is_booked(self, order, bank):
        bank.given_back["theirs"] = 700
        flows.sync_refunds(order.attempts.get())
        flows.sync_refunds(order.attempts.get())
        owed = Refund.objects.get()
        assert (owed.state, owed.amount, owed.why) == ("done", 700, "made at the provider")
        assert mails().count() == 1


class TestFailing:
    @pytest.fixture
    def owed(self, order, line, bank):
        owed = flows.refund(order.pk, {line.pk: 3})
        bank.answer = "declined"
        flows.send_refund(owed.pk)
        bank.answer = "captured"
        owed.refresh_from_db()
        return owed

    def test_it_is_noted_and_the_shopper_is_told_nothing(self, order, owed, client):
        assert (owed.state, owed.trouble) == ("failed", "no")
        assert kinds(order)[-1] == "refund-failed"
        assert not mails().exists()
        assert "Refund failed" not in client.get(order.get_absolute_url()).text

    def test_it_is_tried_anew_with_a_new_request(self, owed, bank):
        for _ in range(2):
            flows.retry_refund(owed.pk)
        again = flows.send_refund(owed.pk)
        assert again.state == "done"
        assert again.request_id != owed.request_id
        assert list(bank.given_back) == [str(again.request_id)]

    def test_it_is_paid_back_by_hand(self, order, owed, bank):
        for _ in range(2):
            flows.repaid_by_hand(owed.pk, why="by cheque")
        owed.refresh_from_db()
        assert owed.state == "done"
        assert bank.given_back == {}
        assert order.events.get(kind="refunded").why == "by cheque"
        assert mails().count() == 1

    @pytest.mark.parametrize("verb", [flows.retry_refund, flows.repaid_by_hand])
    def test_not_once_the_money_went_back_otherwise(self, order, owed, bank, verb):
        bank.given_back["theirs"] = 1000
        flows.sync_refunds(order.attempts.get())
        with pytest.raises(flows.NotRefunded):
            verb(owed.pk)
        assert given(order) <= captured(order)


def test_a_surplus_is_given_back_and_told_of(order, bank):
    from orders.flows.settlement import _book_surplus

    attempt = order.attempts.get()
    _book_surplus(attempt, Captured("twice", 500, "GBP"))
    owed = Refund.objects.get()
    flows.send_refund(owed.pk)
    assert owed.surplus
    assert "was not needed" in mails().get().text
    assert Capture.objects.get(surplus=False).amount == order.total


def given(order):
    live = order.refunds.exclude(state=Refund.State.FAILED)
    return live.aggregate(sum=Sum("amount", default=0))["sum"]


def captured(order):
    captures = Capture.objects.filter(attempt__order=order)
    return captures.aggregate(sum=Sum("amount", default=0))["sum"]


@pytest.mark.postgres
@pytest.mark.parametrize("forms", ["the same form", "forms of their own"])
def test_refund_pressed_by_many_at_once_gives_back_what_there_is(transactional_db, bank, forms):
    order = placing.pay(placing.place((factories.variant(stock=9), 2), provider="bank"))
    line, form = order.lines.get(), uuid.uuid4()

    def press():
        mine = form if forms == "the same form" else uuid.uuid4()
        try:
            owed = flows.refund(order.pk, {line.pk: 2}, restock={line.pk}, request_id=mine)
            return flows.send_refund(owed.pk).pk
        except flows.NotRefunded:
            return None
        finally:
            connection.close()

    answers = at_once([press] * 8)
    owed = Refund.objects.get()
    if forms == "the same form":
        assert set(answers) == {owed.pk}
    else:
        assert sorted(answers, key=bool) == [None] * 7 + [owed.pk]
    assert pieces(order) == (0, 0, 2, 0, 0, 9)
    assert sum(bank.given_back.values()) == line.charged
    assert mails().count() == 1


class TestBesideOneMadeAtPayPal:
    """Others give money back at PayPal that the shop is about to give back itself."""

    @pytest.fixture
    def attempt(self, paypal, adapter, cup, place):
        attempt = place((cup, 1), provider="paypal").attempts.get()
        flows.start(attempt.pk)
        attempt.refresh_from_db()
        paypal.approve(attempt.provider_order_id)
        return attempt

    @pytest.fixture
    def surplus(self, attempt, paypal):
        """Taken at PayPal for an order that was cancelled: owed in full."""
        flows.cancel(attempt.order_id)
        paypal.capture(attempt.provider_order_id)
        with suppress(flows.NotSettled):
            flows.settle(attempt.pk)
        return attempt.captures.get(surplus=True)

    @staticmethod
    def rows(capture):
        return sorted(capture.refunds.values_list("amount", "state"))

    @pytest.mark.parametrize("seen", [True, False])
    def test_of_a_surplus_the_rest_is_still_given_back(self, surplus, paypal, seen):
        paypal.refund(surplus.capture_id, {"amount": {"currency_code": "GBP", "value": "4.00"}})
        if seen:
            flows.sync_refunds(surplus.attempt)
        owed = surplus.refunds.first()
        for _ in range(2):
            flows.send_refund(owed.pk)
        assert self.rows(surplus) == [(400, "done"), (surplus.amount - 400, "done")]
        [row] = [r for r in paypal.ledger()["captures"] if r["id"] == surplus.capture_id]
        assert row["refunded_minor"] == row["minor"] == surplus.amount
        assert mails().count() == 2

    @pytest.mark.parametrize("seen", [True, False])
    def test_a_surplus_given_back_there_is_given_back(self, surplus, paypal, seen):
        paypal.refund(surplus.capture_id)
        if seen:
            flows.sync_refunds(surplus.attempt)
        flows.send_refund(surplus.refunds.get().pk)
        assert self.rows(surplus) == [(surplus.amount, "done")]
        assert mails().count() == 1

    @pytest.mark.parametrize("age", [timedelta(), timedelta(hours=7)])
    def test_of_a_paid_order_what_no_longer_fits_is_refused_and_theirs_is_booked(
        self, attempt, paypal, age
    ):
        order = flows.settle(attempt.pk)
        owed = flows.refund(order.pk, {order.lines.get().pk: 1}, delivery=order.delivery_left)
        capture = owed.capture
        paypal.refund(capture.capture_id, {"amount": {"currency_code": "GBP", "value": "4.00"}})
        Refund.objects.update(changed_at=F("changed_at") - age)
        with pytest.raises(Unknown):
            flows.sync_refunds(attempt)
        flows.send_refund(owed.pk)
        flows.sync_refunds(attempt)
        assert self.rows(capture) == [(400, "done"), (order.total, "failed")]
