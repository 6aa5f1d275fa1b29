"""The pages of an order, for who placed it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.backends.base import UpdateError
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from cart.cart import Cart
from cart.context import cart_of
from orders import flows
from orders.access import opened, posted
from orders.again_form import AgainForm
from orders.models import Attempt, Order
from orders.words import not_ended, not_paid, of_again
from payments import PROVIDERS, offered
from payments.provider import Forged, Unknown
from web.pages import changed, page
from web.request import Request


@require_safe
@opened
def detail(request: Request, order: Order) -> HttpResponse:
    prefetch_related_objects([order], "lines", "events")
    if order.is_unpaid and "cancelled" in request.GET:
        messages.info(request, gettext("You left PayPal without paying. Nothing was charged."))
        return redirect(order)
    context = {
        "title": gettext("Order %(number)s") % {"number": order.number},
        "order": order,
        "attempt": order.attempts.last(),
        "providers": offered(order.total, order.currency) if order.is_unpaid else [],
        "bank": settings.SHOP_BANK_ACCOUNT,
        "again": AgainForm(auto_id=False),
    }
    return page(request, "orders/detail.html", context)


@posted
def pay(request: Request, order: Order) -> HttpResponse:
    """Pay an unpaid order, once more or in another way."""
    provider = request.POST.get("provider", "")
    if provider not in PROVIDERS:
        messages.warning(request, gettext("Choose one of these ways to pay."))
        return changed(request, then=order)
    try:
        flows.choose(order.pk, provider, _member(request))
    except (flows.NotSettled, flows.SoldOut) as reason:
        messages.warning(request, not_paid(reason))
        return changed(request, then=order)
    return onwards(request, order)


def onwards(request: Request, order: Order) -> HttpResponse:
    """To where the shopper approves the payment, or to the order's page."""
    attempt = order.attempts.filter(state__in=Attempt.OPEN).last()
    address = ""
    if attempt:
        try:
            address = flows.start(attempt.pk)
        except (Unknown, flows.NotSettled) as reason:
            messages.warning(request, not_paid(reason))
    if not address:
        return changed(request, then=order)
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


@never_cache
@require_GET
@opened
def returned(request: Request, order: Order) -> HttpResponse:
    """Back from the provider. Settling is safe to repeat, and so is this address."""
    token = request.GET.get("token", "").replace("\0", "")
    attempt = order.attempts.filter(provider_order_id=token).first() if token else None
    if attempt:
        try:
            flows.settle(attempt.pk)
        except (flows.NotSettled, flows.SoldOut, Unknown) as reason:
            order.refresh_from_db()
            if order.is_unpaid:
                messages.warning(request, not_paid(reason))
    return redirect(order)


@opened
def cancel(request: Request, order: Order) -> HttpResponse:
    """Cancel an unpaid order: a page that asks, and its POST."""
    if request.method != "POST":
        return _asking(request, order, "orders/cancel.html", gettext("Cancel the order?"))
    try:
        flows.cancel(order.pk, _member(request))
    except flows.NotEnded:
        messages.warning(request, not_ended())
    return changed(request, then=order)


@opened
def change(request: Request, order: Order) -> HttpResponse:
    """Put an unpaid order back into the cart: a page that asks, and its POST."""
    if request.method != "POST":
        return _asking(request, order, "orders/change.html", gettext("Change the order?"))
    try:
        _into_the_cart(request, lambda cart: flows.change(order.pk, cart, _member(request)))
    except flows.NotEnded:
        messages.warning(request, not_ended())
        return changed(request, then=order)
    words = gettext("Order %(number)s is cancelled and its goods are in your cart again.")
    messages.success(request, words % {"number": order.number})
    return changed(request, then="cart:detail")


@posted
def again(request: Request, order: Order) -> HttpResponse:
    """Into the cart with what can still be bought of it; what cannot, or costs more, is said."""
    form = AgainForm(request.POST)
    form.full_clean()
    once = form.cleaned_data["once"]
    result = _into_the_cart(request, lambda cart: flows.again(order, cart, once))
    if result is None:
        return _again_already(request, order)
    for level, words in of_again(result, order):
        messages.add_message(request, level, words)
    return changed(request, then="cart:detail")


def _again_already(request: Request, order: Order) -> HttpResponse:
    """The form was sent twice; nobody may have read the answer to the first."""
    words = gettext("Order %(number)s has been put into your cart already.")
    messages.info(request, words % {"number": order.number})
    return changed(request, then="cart:detail")


def _into_the_cart[Result](request: Request, put: Callable[[Cart], Result]) -> Result:
    try:
        return put(cart_of(request))
    except UpdateError:
        request.session.flush()  # it has gone: the goods go into a new cart
        return put(cart_of(request))


def _asking(request: Request, order: Order, template: str, title: str) -> HttpResponse:
    if not order.is_unpaid:
        messages.warning(request, not_ended())
        return redirect(order)
    return page(request, template, {"title": title, "order": order})


@csrf_exempt
@require_POST
def notice(request: Request, provider: str) -> HttpResponse:
    """A provider says that something happened. Its signature is checked, its words are not used.

    503 asks it to say so again later, when the provider itself cannot be asked.
    """
    if provider not in PROVIDERS:
        raise Http404
    try:
        flows.hear(provider, request.headers, request.body)
    except Forged:
        return HttpResponseBadRequest("not understood", content_type="text/plain")
    except Unknown:
        return HttpResponse("later", status=503, content_type="text/plain")
    return HttpResponse("heard", content_type="text/plain")


def _member(request: Request) -> Any:
    return request.user if request.user.is_authenticated else None
