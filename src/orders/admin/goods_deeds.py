"""Deeds about what goes out: parcels and refunds."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders import flows
from orders.admin.deed import Deed, Refused, Said
from orders.flows.returns import REFUNDABLE
from orders.forms import ByHandForm, FailedForm, OrderForm, RefundForm, ShipForm
from orders.models import Order, Refund
from payments.provider import Unknown
from web.templatetags.shop import price


class Ship(Deed):
    code, permission, words = "ship", "ship_order", _("Ship")
    template, form = "admin/orders/ship.html", ShipForm

    def can(self, order: Order) -> bool:
        return order.state == Order.State.PAID and bool(order.still_held)

    def do(self, order: Order, form: Any, user: Any) -> Said:
        chosen = form.cleaned_data
        try:
            flows.ship(
                order.pk,
                form.pieces,
                chosen["carrier"],
                chosen["tracking"],
                user,
                request_id=chosen["form_id"],
            )
        except flows.NotShipped as reason:
            raise _not_so_many(reason, gettext("There are not as many to send.")) from reason
        return messages.SUCCESS, gettext("The parcel is noted. The shopper gets a mail.")


def _not_so_many(reason: Exception, words: str) -> Refused:
    """The verbs name the line that has fewer pieces, if it is about one."""
    if reason.args:
        return Refused(words, f"pieces-{reason.args[0]}")
    return Refused(gettext("Choose something, and no more than there is."))


class GiveBack(Deed):
    code, permission, words = "refund", "refund_order", _("Refund")
    template, form = "admin/orders/refund.html", RefundForm

    def can(self, order: Order) -> bool:
        return order.state in REFUNDABLE and order.paid_left > 0

    def make_form(self, request: HttpRequest, order: Order) -> OrderForm:
        if request.method == "POST":
            return RefundForm(order, request.POST)
        return RefundForm(order, everything="all" in request.GET)

    def answer(self, request: HttpRequest, order: Order, form: Any) -> HttpResponse:
        """Before it is done, the editor sees what it comes to."""
        if "confirmed" in request.POST:
            return super().answer(request, order, form)
        delivery = form.cleaned_data["delivery"]
        try:
            amount = sum(part.amount for part in flows.parts(order, form.pieces)) + delivery
        except flows.NotRefunded as reason:
            refused = _not_so_many(reason, gettext("There are not as many to give back."))
            form.add_error(refused.field, refused.words)
            return self.page(request, order, form)
        if delivery > order.delivery_left or not 0 < amount <= order.paid_left:
            field = "delivery" if delivery > order.delivery_left else None
            form.add_error(field, gettext("Choose something, and no more than was paid."))
            return self.page(request, order, form)
        more = {"amount": amount, "posted": _posted(request), "offline": is_offline(order)}
        return self.page(request, order, form, "admin/orders/refund_confirm.html", **more)

    def do(self, order: Order, form: Any, user: Any) -> Said:
        chosen = form.cleaned_data
        try:
            owed = flows.refund(
                order.pk,
                form.pieces,
                delivery=chosen["delivery"],
                restock=form.restock,
                who=user,
                why=chosen["why"],
                request_id=chosen["form_id"],
            )
        except flows.NotRefunded as reason:
            words = gettext("There are not as many to give back.")
            raise _not_so_many(reason, words) from reason
        return sent(owed)


def _posted(request: HttpRequest) -> list[tuple[str, str]]:
    left_out = {"csrfmiddlewaretoken", "confirmed"}
    return [(name, str(value)) for name, value in request.POST.items() if name not in left_out]


def is_offline(order: Order) -> bool:
    return order.attempts.filter(captures__surplus=False, provider="offline").exists()


def sent(owed: Refund) -> Said:
    """Try to send a refund at once, so that the editor sees what came of it."""
    try:
        owed = flows.send_refund(owed.pk)
    except Unknown:
        words = gettext(
            "The refund is noted. The provider did not answer, and is asked again by itself."
        )
        return messages.WARNING, words
    amount = price(owed.amount, owed.capture.attempt.currency)
    if owed.state == Refund.State.DONE:
        words = gettext("%(amount)s is given back. The shopper gets a mail.")
        return messages.SUCCESS, words % {"amount": amount}
    if owed.state == Refund.State.FAILED:
        words = gettext("The provider refused the refund of %(amount)s: %(trouble)s")
        return messages.ERROR, words % {"amount": amount, "trouble": owed.trouble}
    words = gettext("The provider has not decided about the refund of %(amount)s yet.")
    return messages.INFO, words % {"amount": amount}


class Failed(Deed):
    permission = "refund_order"

    def can(self, order: Order) -> bool:
        return order.refunds.filter(state=Refund.State.FAILED).exists()


class Retry(Failed):
    code, words, form = "retry", _("Try the refund again"), FailedForm

    def asks(self, order: Order) -> str:
        return gettext("The provider is asked anew to give the money back.")

    def do(self, order: Order, form: Any, user: Any) -> Said:
        try:
            return sent(flows.retry_refund(form.cleaned_data["refund"].pk, user))
        except flows.NotRefunded as reason:
            raise Refused(gettext("The payment has not as much left.")) from reason


class ByHand(Failed):
    code, words, form = "by-hand", _("Paid back by hand"), ByHandForm

    def can(self, order: Order) -> bool:
        return flows.stuck_refunds(order).exists()

    def asks(self, order: Order) -> str:
        return gettext(
            "Have you given the money back on another way, such as at the bank? "
            "The shopper gets a mail."
        )

    def do(self, order: Order, form: Any, user: Any) -> Said:
        chosen = form.cleaned_data
        try:
            flows.repaid_by_hand(chosen["refund"].pk, user, chosen["why"])
        except flows.NotRefunded as reason:
            raise Refused(gettext("The payment has not as much left.")) from reason
        return messages.SUCCESS, gettext("Noted. The shopper gets a mail.")
