"""A shopper asks to send pieces back; an editor decides; no piece is counted twice."""

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import override_settings

import factories
import placing
from orders import flows
from orders.models import OrderLine, Refund, ReturnRequest, Shipment
from outbox.models import Message
from races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def order(place, bank):
    """Three cups at 10.00 and a bowl at 5.00, delivery 4.95, paid with the bank."""
    cup, bowl = factories.variant(stock=5, price=1000), factories.variant(stock=5, price=500)
    method = factories.delivery(price=495)
    return placing.pay(place((cup, 3), (bowl, 1), provider="bank", method=method))


@pytest.fixture
def cup(order):
    return order.lines.all()[0]


def ask(order, n=1, reason="other", **more):
    return flows.ask_return(order.pk, {order.lines.all()[0].pk: (n, reason)}, **more)


def counts(order):
    """(asked back, refunded) of the first line"""
    line = order.lines.all()[0]
    return line.asked_back, line.refunded


def kinds(order):
    return [event.kind for event in order.events.all()]


def mails(kind):
    return Message.objects.filter(kind=kind)


class TestAsking:
    def test_it_is_noted_with_pieces_reasons_and_note_and_confirmed_by_mail(self, order, cup):
        bowl = order.lines.all()[1]
        asked = flows.ask_return(
            order.pk, {cup.pk: (2, "damaged"), bowl.pk: (1, "late")}, "It fell <apart>"
        )
        assert asked.state == "asked"
        assert sorted(asked.lines.values_list("line", "quantity", "reason")) == sorted(
            [(cup.pk, 2, "damaged"), (bowl.pk, 1, "late")]
        )
        assert counts(order) == (2, 0)
        assert kinds(order)[-1] == "return-asked"
        sent = mails("return_asked").get()
        assert sent.to == order.email
        assert f"2 × {cup.title()}: It arrived damaged" in sent.text
        assert "It fell <apart>" in sent.text
        assert "It fell &lt;apart&gt;" in sent.html
        assert "return asked for" in order.standing

    def test_the_same_form_again_is_the_same_request(self, order):
        form = uuid.uuid4()
        assert len({ask(order, request_id=form).pk for _ in range(3)}) == 1
        assert counts(order) == (1, 0)
        assert mails("return_asked").count() == 1

    def test_the_form_of_one_order_asks_for_no_other(self, order, place):
        form = uuid.uuid4()
        ask(order, request_id=form)
        other = placing.pay(place((factories.variant(), 1)))
        with pytest.raises(flows.NotReturned):
            ask(other, request_id=form)

    @pytest.mark.parametrize("n", [0, -1, 4])
    def test_no_more_than_there_is(self, order, n):
        with pytest.raises(flows.NotReturned):
            ask(order, n)
        assert counts(order) == (0, 0)
        assert not ReturnRequest.objects.exists()
        assert not mails("return_asked").exists()

    def test_what_is_refunded_or_asked_back_is_not_asked_back_again(self, order, cup):
        flows.refund(order.pk, {cup.pk: 1})
        ask(order, 1)
        with pytest.raises(flows.NotReturned) as refused:
            ask(order, 2)
        assert refused.value.args == (cup.pk,)
        ask(order, 1)
        assert counts(order) == (2, 1)

    def test_nothing_and_another_orders_line_are_refused(self, order, place):
        other = placing.pay(place((factories.variant(), 1)))
        for pieces in ({}, {other.lines.get().pk: (1, "other")}):
            with pytest.raises(flows.NotReturned):
                flows.ask_return(order.pk, pieces)

    def test_what_was_not_paid_is_not_returned(self, place):
        order = place((factories.variant(), 1))
        with pytest.raises(flows.NotReturned):
            ask(order)

    @pytest.mark.parametrize(("days", "possible"), [(43, True), (45, False)])
    def test_there_is_time_from_the_last_parcel_on(self, order, days, possible):
        placing.send(order)
        Shipment.objects.update(sent_at=F("sent_at") - timedelta(days=days))
        assert order.takes_returns == order.can_be_returned == possible
        if possible:
            ask(order)
        else:
            with pytest.raises(flows.NotReturned):
                ask(order)

    def test_the_window_is_a_setting(self, order):
        placing.send(order)
        Shipment.objects.update(sent_at=F("sent_at") - timedelta(days=20))
        with override_settings(SHOP_RETURN_DAYS=14):
            assert not order.takes_returns
        assert settings.SHOP_RETURN_DAYS > 20 and order.takes_returns

    def test_while_something_is_still_to_come_there_is_time(self, order):
        placing.send(order, 1)
        Shipment.objects.update(sent_at=F("sent_at") - timedelta(days=400))
        ask(order)

    def test_the_database_counts_no_piece_twice(self, order, cup):
        with pytest.raises(IntegrityError), transaction.atomic():
            OrderLine.objects.filter(pk=cup.pk).update(asked_back=2, refunded=2)

    def test_an_editor_gives_back_only_what_is_not_asked_back(self, order, cup):
        ask(order, 2)
        with pytest.raises(flows.NotRefunded):
            flows.refund(order.pk, {cup.pk: 2})
        flows.refund(order.pk, {cup.pk: 1})
        assert counts(order) == (2, 1)


class TestWithdrawing:
    def test_the_pieces_are_free_again(self, order):
        asked = ask(order, 3)
        for _ in range(2):
            flows.withdraw_return(asked.pk)
        assert counts(order) == (0, 0)
        assert kinds(order).count("return-withdrawn") == 1
        ask(order, 3)

    def test_what_is_decided_stays_decided(self, order):
        asked = ask(order)
        flows.refuse_return(asked.pk, "worn")
        with pytest.raises(flows.NotReturned):
            flows.withdraw_return(asked.pk)
        asked.refresh_from_db()
        assert asked.state == "refused"


class TestAccepting:
    def test_it_leads_to_the_refund_of_its_pieces(self, order, cup, bank):
        editor = factories.user()
        placing.send(order)
        asked = ask(order, 2)
        owed = flows.accept_return(
            asked.pk, delivery=495, restock={cup.pk}, who=editor, why="came back"
        )
        flows.send_refund(owed.pk)
        asked.refresh_from_db()
        assert (asked.state, asked.refund, asked.who) == ("accepted", owed, editor)
        assert (owed.amount, owed.delivery, owed.why) == (2495, 495, "came back")
        cup.refresh_from_db()
        assert (cup.asked_back, cup.refunded, cup.restocked) == (0, 2, 2)
        assert "return-accepted" in kinds(order)
        assert sum(bank.given_back.values()) == 2495
        assert mails("refunded").count() == 1

    def test_twice_it_refunds_once(self, order, bank):
        asked = ask(order, 2)
        assert len({flows.accept_return(asked.pk, delivery=n).pk for n in (0, 0, 100)}) == 1
        assert Refund.objects.count() == 1
        assert kinds(order).count("return-accepted") == 1

    def test_what_cannot_be_refunded_stays_undecided(self, order):
        asked = ask(order, 2)
        with pytest.raises(flows.NotRefunded):
            flows.accept_return(asked.pk, delivery=496)
        asked.refresh_from_db()
        assert asked.state == "asked"
        assert counts(order) == (2, 0)

    @pytest.mark.parametrize("end", ["refuse", "withdraw"])
    def test_not_once_it_ended_otherwise(self, order, end):
        asked = ask(order)
        if end == "refuse":
            flows.refuse_return(asked.pk, "worn")
        else:
            flows.withdraw_return(asked.pk)
        with pytest.raises(flows.NotReturned):
            flows.accept_return(asked.pk)
        assert not Refund.objects.exists()


class TestRefusing:
    def test_the_shopper_is_told_why_once(self, order):
        asked = ask(order, 2)
        for _ in range(2):
            flows.refuse_return(asked.pk, "It was worn <daily>.")
        assert counts(order) == (0, 0)
        assert kinds(order).count("return-refused") == 1
        sent = mails("return_refused").get()
        assert "The reason: It was worn <daily>." in sent.text
        assert "worn &lt;daily&gt;" in sent.html

    def test_the_mails_are_in_the_orders_language(self, place):
        order = placing.pay(place((factories.variant(), 1), language="zh-hant"))
        flows.refuse_return(ask(order).pk, "磨損")
        assert "退貨申請" in mails("return_asked").get().subject
        assert "原因：磨損" in mails("return_refused").get().text


@pytest.mark.postgres
class TestAtOnce:
    @pytest.fixture
    def order(self, transactional_db, bank):
        cup = factories.variant(stock=9, price=1000)
        return placing.pay(placing.place((cup, 3), provider="bank"))

    @staticmethod
    def run(calls):
        def run(call):
            try:
                return call()
            except (flows.NotReturned, flows.NotRefunded):
                return None
            finally:
                connection.close()

        return at_once([lambda call=call: run(call) for call in calls])

    def test_of_many_who_ask_for_all_pieces_one_has_them(self, order):
        answers = self.run([lambda: ask(order, 2)] * 8)
        assert len([each for each in answers if each]) == 1
        assert counts(order) == (2, 0)
        assert mails("return_asked").count() == 1

    def test_one_form_pressed_by_many_asks_once(self, order):
        form = uuid.uuid4()
        answers = self.run([lambda: ask(order, 2, request_id=form)] * 8)
        assert {each.pk for each in answers} == {ReturnRequest.objects.get().pk}

    def test_asked_for_and_refunded_at_once_no_piece_counts_twice(self, order, cup):
        refund = lambda: flows.refund(order.pk, {cup.pk: 1})  # noqa: E731
        self.run([lambda: ask(order, 1), refund] * 6)
        asked, refunded = counts(order)
        assert asked + refunded == 3

    def test_accepted_by_many_it_is_refunded_once(self, order, bank):
        asked = ask(order, 3)

        def accept():
            owed = flows.accept_return(asked.pk)
            return flows.send_refund(owed.pk).pk

        answers = self.run([accept] * 8)
        assert set(answers) == {Refund.objects.get().pk}
        assert sum(bank.given_back.values()) == 3000
        assert counts(order) == (0, 3)
        assert mails("refunded").count() == 1

    def test_accepted_refused_and_withdrawn_at_once_it_ends_in_one_way(self, order):
        asked = ask(order, 3)
        self.run(
            [
                lambda: flows.accept_return(asked.pk),
                lambda: flows.refuse_return(asked.pk, "worn"),
                lambda: flows.withdraw_return(asked.pk),
            ]
            * 3
        )
        asked.refresh_from_db()
        ends = [kind for kind in kinds(order) if kind.startswith("return-")]
        assert ends == ["return-asked", f"return-{asked.state}"]
        assert Refund.objects.count() == (asked.state == "accepted")
        assert counts(order) == (0, 3 if asked.state == "accepted" else 0)
