"""Deeds about the money of an order that comes in."""

from typing import Any

from django.contrib import messages
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.translated import joined
from orders import attention, flows
from orders.admin.deed import Deed, Refused, Said
from orders.forms import OrderForm
from orders.models import Attempt, Order, OrderEvent
from payments import PROVIDERS
from payments.provider import Unknown
from web.templatetags.shop import price

UNPAID = {Order.State.AWAITING, Order.State.EXPIRED}


class Receive(Deed):
    """Note that a bank transfer has arrived."""

    code, permission, words = "receive", "settle_order", _("Mark payment received")
    does = _("Payment received")

    def attempt(self, order: Order) -> Attempt | None:
        waiting = [Attempt.State.CREATED, Attempt.State.CAPTURING]
        found = order.attempts.filter(provider="offline", state__in=waiting)
        return found.last() if order.state in UNPAID else None

    def can(self, order: Order) -> bool:
        """Also where the shopper has chosen another way to pay since."""
        busy = order.attempts.filter(state__in=Attempt.BUSY).exists()
        return self.attempt(order) is not None or (order.state in UNPAID and not busy)

    def done(self, order: Order) -> str:
        paid = order.state in {Order.State.PAID, Order.State.FULFILLED}
        return gettext("The order is paid.") if paid else ""

    def not_now(self) -> str:
        return gettext("This order has no payment to mark as received.")

    def asks(self, order: Order) -> str:
        words = gettext(
            "Has %(total)s with the reference %(number)s arrived from %(name)s? "
            "The order becomes paid and the shopper gets a mail."
        )
        total = price(order.total, order.currency)
        return words % {"total": total, "number": order.number, "name": order.name}

    def do(self, order: Order, form: Any, user: Any) -> Said:
        try:
            attempt = self.attempt(order) or flows.choose(order.pk, "offline", user)
            flows.settle(attempt.pk, user, form.cleaned_data["why"])
        except flows.SoldOut as sold_out:
            words = gettext(
                "The hold had lapsed and %(sku)s has been sold since. Not marked as paid."
            )
            raise Refused(words % {"sku": sold_out.variant.sku}) from sold_out
        except flows.CouponGone as gone:
            words = gettext(
                "The hold had lapsed and the code %(code)s has been used up since."
                " Not marked as paid."
            )
            raise Refused(words % {"code": gone.code}) from gone
        except flows.NotSettled as reason:
            words = gettext("The order cannot be paid in its present state.")
            raise Refused(words) from reason
        return messages.SUCCESS, gettext("The order is paid. The shopper gets a mail.")


class Ask(Deed):
    """Ask the provider how a payment stands, and book what it says."""

    code, permission, words = "ask", "settle_order", _("Ask the provider")
    form = OrderForm

    def attempts(self, order: Order) -> list[Attempt]:
        known = order.attempts.exclude(provider_order_id=None)
        return [
            attempt
            for attempt in known
            if attempt.provider in PROVIDERS and PROVIDERS[attempt.provider].redirects
        ]

    def can(self, order: Order) -> bool:
        return bool(self.attempts(order))

    def asks(self, order: Order) -> str:
        return gettext(
            "The provider is asked about every payment and refund of this order. "
            "What has been approved is taken, and what it knows is booked here."
        )

    def do(self, order: Order, form: Any, user: Any) -> Said:
        said = [f"{attempt.provider_order_id}: {ask(attempt)}" for attempt in self.attempts(order)]
        if not said:
            raise Refused(self.not_now())
        return messages.INFO, " ".join(said)


ANSWERS: dict[type[Exception], Any] = {
    flows.NotApproved: _("The shopper has not approved this payment."),
    flows.Mismatch: _("The payment is not what the shop asked for. It is not taken."),
    flows.CardDeclined: _("The payment was declined."),
    flows.PaymentUnderWay: _("Another payment of this order is being made, or has been."),
    flows.NotPayable: _("This payment is not taken: the order does not wait for it."),
    flows.SoldOut: _("The hold had lapsed and the goods have been sold since. It is not taken."),
    flows.CouponGone: _("The hold had lapsed and a code has been used up since. It is not taken."),
    flows.NotRefunded: _("The provider tells of a refund that does not fit the books."),
    Unknown: _("The provider did not answer. Nothing has changed; it is asked again by itself."),
}


def ask(attempt: Attempt) -> str:
    """What the provider says of a payment, in words."""
    try:
        try:
            flows.settle(attempt.pk)
        finally:
            flows.sync_refunds(attempt)
    except tuple(ANSWERS) as answer:
        return str(ANSWERS[type(answer)])
    attempt.refresh_from_db()
    words = gettext("The payment is %(state)s.")
    return words % {"state": attempt.get_state_display()}


class Cancel(Deed):
    code, permission, words = "cancel", "cancel_order", _("Cancel order")

    def can(self, order: Order) -> bool:
        busy = order.attempts.filter(state__in=Attempt.BUSY)
        return order.state == Order.State.AWAITING and not busy.exists()

    def done(self, order: Order) -> str:
        ended = order.state == Order.State.CANCELLED
        return gettext("The order is cancelled.") if ended else ""

    def asks(self, order: Order) -> str:
        return gettext("The goods go back on the shelf and the shopper gets a mail.")

    def do(self, order: Order, form: Any, user: Any) -> Said:
        try:
            flows.cancel(order.pk, user, form.cleaned_data["why"])
        except flows.NotEnded as reason:
            words = gettext("The order is paid, or is being paid. It was not cancelled.")
            raise Refused(words) from reason
        return messages.SUCCESS, gettext("The order is cancelled. The shopper gets a mail.")


class LookAt(Deed):
    """What needs no more than an editor's eye leaves the list by it."""

    code, permission, words = "look", "settle_order", _("Looked at")

    def reasons(self, order: Order) -> list[str]:
        marked = attention.looked_for(Order.objects.filter(pk=order.pk)).get()
        return [each for each in attention.reasons(marked) if each in attention.UNTIL_SEEN]

    def can(self, order: Order) -> bool:
        return bool(self.reasons(order))

    def asks(self, order: Order) -> str:
        return joined([str(attention.WORDS[each]) for each in self.reasons(order)])

    def done(self, order: Order) -> str:
        return "" if self.can(order) else gettext("There is nothing left to look at.")

    def do(self, order: Order, form: Any, user: Any) -> Said:
        order.record(OrderEvent.Kind.LOOKED_AT, user, form.cleaned_data["why"])
        return messages.SUCCESS, gettext("Noted.")
