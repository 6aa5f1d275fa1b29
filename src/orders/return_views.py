"""A shopper asks to send something back, and may think better of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext

from orders import flows
from orders.access import opened, posted
from orders.models import Order
from orders.return_forms import AskForm
from orders.words import too_late
from web.pages import changed, page
from web.request import Request


@opened
def ask(request: Request, order: Order) -> HttpResponse:
    form = AskForm(order, request.POST if request.method == "POST" else None)
    if not form.was_sent:
        if not order.can_be_returned:
            messages.warning(request, too_late())
            return redirect(order)
        if not form.is_valid() or not _did_ask(request, order, form):
            return _asking(request, order, form)
    messages.success(request, gettext("You have asked for a return. We answer by mail."))
    return changed(request, then=order)


def _did_ask(request: Request, order: Order, form: AskForm) -> bool:
    told = form.cleaned_data
    who = request.user if request.user.is_authenticated else None
    try:
        flows.ask_return(order.pk, form.asked, told["note"], who, request_id=told["form_id"])
    except flows.NotReturned as reason:  # another window was quicker
        field = f"pieces-{reason.args[0]}" if reason.args else None
        form.add_error(field, too_late())
        return False
    return True


def _asking(request: Request, order: Order, form: AskForm) -> HttpResponse:
    context = {
        "title": gettext("Send something back"),
        "order": order,
        "form": form,
        "problems": form.problems if form.is_bound else [],
    }
    return page(request, "orders/return.html", context, status=422 if form.is_bound else 200)


@posted
def withdraw(request: Request, order: Order, pk: int) -> HttpResponse:
    asked = get_object_or_404(order.returns, pk=pk)
    try:
        flows.withdraw_return(asked.pk, request.user if request.user.is_authenticated else None)
        messages.success(request, gettext("The return is no longer asked for."))
    except flows.NotReturned:
        messages.warning(request, gettext("We have decided about this return already."))
    return changed(request, then=order)
