"""What editors do with a paid order: parcels, and money back."""

import uuid

from django.db.models import F, Sum
from hypothesis import strategies as st
from hypothesis.stateful import rule

from crashes import Killed
from machine.world import PAID, World, crashes, nth
from orders import flows
from orders.models import Order, Refund, Shipment
from payments.provider import Unknown

counts = st.lists(st.sampled_from([0, 1, 1, 1, 2, 5, -1]), min_size=3, max_size=3)
DELIVERY = st.sampled_from([0, 0, 0, 100, 495, 496, -1])


class AfterSale(World):
    @rule(n=nth, counts=counts, crash=crashes, twice=st.booleans())
    def ship(self, n, counts, crash, twice):
        """One press, or two of one form: the second finds the first one's parcel."""
        if not (order := self.pick(self._paid(), n)):
            return
        form, before = uuid.uuid4(), self.as_sold(order)
        lines = list(order.lines.all())
        pieces = {line.pk: k for line, k in zip(lines, counts, strict=False)}
        fits = all(0 <= pieces.get(line.pk, 0) <= line.held for line in lines)
        possible = order.state == "paid" and fits and any(pieces.values())
        for each in (crash, None)[: 1 + twice]:
            done = self._ship(each, order, pieces, form)
            if done is not Killed:
                assert isinstance(done, Shipment) == possible
        assert Shipment.objects.filter(form_id=form).count() <= 1
        if not Shipment.objects.filter(form_id=form).exists():
            assert self.as_sold(order) == before, "half a parcel"

    @rule(n=nth)
    def ship_all_that_is_left(self, n):
        if order := self.pick(self._paid().filter(state="paid", lines__held__gt=0), n):
            left = {line.pk: line.held for line in order.lines.all()}
            assert isinstance(self._ship(None, order, left, uuid.uuid4()), Shipment)

    @rule(
        n=nth,
        counts=counts,
        delivery=DELIVERY,
        restock=st.booleans(),
        crash=crashes,
        twice=st.booleans(),
        sent=st.booleans(),
    )
    def refund(self, n, counts, delivery, restock, crash, twice, sent):
        """Money is owed once per form, as much as the pieces cost, and is perhaps sent at once."""
        if not (order := self.pick(self._paid(), n)):
            return
        form, before = uuid.uuid4(), self.as_sold(order)
        lines = list(order.lines.all())
        pieces = {line.pk: k for line, k in zip(lines, counts, strict=False)}
        due = delivery + sum(_worth(line, pieces.get(line.pk, 0)) for line in lines)
        for each in (crash, None)[: 1 + twice]:
            self.do(
                each,
                flows.refund,
                order.pk,
                pieces,
                delivery=delivery,
                restock=set(pieces) if restock else (),
                request_id=form,
                but=flows.NotRefunded,
            )
        owed = Refund.objects.filter(form_id=form).first()
        if owed is None:
            assert self.as_sold(order) == before, "half a refund"
            return
        assert owed.amount == due
        if sent:
            self.send(crash, owed)

    @rule(n=nth, crash=crashes, again=crashes)
    def send_a_refund(self, n, crash, again):
        if owed := self.pick(Refund.objects.all(), n):
            self.send(crash, owed)
            self.send(again, owed)

    @rule(n=nth, crash=crashes)
    def try_a_failed_refund_anew(self, n, crash):
        failed = Refund.objects.filter(state="failed")
        if failed.exists() and (owed := self.pick(failed, n)):
            self.do(crash, flows.retry_refund, owed.pk, but=flows.NotRefunded)

    # Words

    @staticmethod
    def _paid():
        return Order.objects.filter(state__in=PAID).distinct()

    def _ship(self, crash, order, pieces, form):
        given = (order.pk, pieces, self.carrier, "RM 1")
        return self.do(crash, flows.ship, *given, request_id=form, but=flows.NotShipped)

    def send(self, crash, owed):
        done = self.do(crash, flows.send_refund, owed.pk, but=Unknown)
        self.nothing_but(done, Unknown)

    def as_sold(self, order):
        lines = list(order.lines.order_by("pk").values())
        owed = order.refunds.aggregate(sum=Sum(F("amount"), default=0))["sum"]
        order = Order.objects.get(pk=order.pk)
        return lines, owed, order.state, order.delivery_refunded, self.stocks()


def _worth(line, n):
    """Cut from the beginning: the parts of any split add up to the whole."""
    each = line.charged
    return each * (line.refunded + n) // line.quantity - each * line.refunded // line.quantity
