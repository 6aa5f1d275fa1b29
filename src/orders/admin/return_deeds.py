"""Deeds about what a shopper asks to send back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders import flows
from orders.admin.deed import Deed, Refused, Said
from orders.admin.goods_deeds import is_offline, sent
from orders.models import Order, ReturnRequest
from orders.return_forms import AcceptForm, RefuseForm


class Decide(Deed):
    """Of several, the oldest that is open; its form says which, for a second press."""

    permission = "refund_order"
    template = "admin/orders/return.html"

    def can(self, order: Order) -> bool:
        return order.returns.filter(state=ReturnRequest.State.ASKED).exists()

    def page(
        self, request: HttpRequest, thing: Order, form: Any, template: str = "", **more: Any
    ) -> HttpResponse:
        return super().page(request, thing, form, template, offline=is_offline(thing), **more)


class Accept(Decide):
    code, words, form = "accept-return", _("Accept the return"), AcceptForm

    def do(self, order: Order, form: Any, user: Any) -> Said:
        told = form.cleaned_data
        try:
            owed = flows.accept_return(
                told["asked"].pk,
                delivery=told["delivery"],
                restock=form.restock,
                who=user,
                why=told["why"],
            )
        except flows.NotReturned as reason:
            raise Refused(gettext("This return was decided before.")) from reason
        except flows.NotRefunded as reason:
            words = gettext("The payment has not as much left.")
            raise Refused(words, "delivery" if told["delivery"] else None) from reason
        return sent(owed)


class Refuse(Decide):
    code, words, form = "refuse-return", _("Refuse the return"), RefuseForm

    def do(self, order: Order, form: Any, user: Any) -> Said:
        told = form.cleaned_data
        try:
            flows.refuse_return(told["asked"].pk, told["why"], user)
        except flows.NotReturned as reason:
            raise Refused(gettext("This return was decided before.")) from reason
        return messages.SUCCESS, gettext("The return is refused. The shopper gets a mail.")


DEEDS: list[Decide] = [Accept(), Refuse()]
