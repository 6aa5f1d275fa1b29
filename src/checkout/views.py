from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from checkout.checkout import Checkout
from checkout.forms import AddressForm, CountryForm, DeliveryForm
from orders import flows
from orders.address import address_lines
from orders.models import Order
from orders.views import onwards
from payments import PROVIDERS, offered
from payments.offline import Offline
from web.pages import changed, page
from web.request import Request

STEPS = 3


def address(request: Request) -> HttpResponse:
    """Step 1: who and where. The country's own fields come with "Show the fields for it"."""
    checkout = Checkout(request.session)
    if not checkout.cart.lines:
        return redirect("cart:detail")
    if request.method != "POST":
        member = {"email": request.user.email} if request.user.is_authenticated else {}
        told = member | checkout.told | checkout.told.get("address", {})
        country = told.get("country_code") or settings.SHOP_COUNTRY
        return _address_page(
            request, AddressForm(country, initial=told | {"country_code": country})
        )
    chosen = CountryForm(request.POST)
    country = request.POST["country_code"] if chosen.is_valid() else settings.SHOP_COUNTRY
    if "show-fields" in request.POST:
        typed = request.POST.dict() | {"country_code": country}
        return _address_page(request, AddressForm(country, initial=typed))
    form = AddressForm(country, request.POST)
    if not form.is_valid():
        return _address_page(request, form, status=422)
    checkout.tell(**{key: form.cleaned_data[key] for key in ("email", "phone", "address")})
    return changed(request, then="checkout:delivery")


def _address_page(request: Request, form: AddressForm, status: int = 200) -> HttpResponse:
    context = {
        "title": gettext("Your details"),
        "step": 1,
        "steps": STEPS,
        "form": form,
        "problems": form.problems if form.is_bound else [],
    }
    return page(request, "checkout/address.html", context, status=status)


def delivery(request: Request) -> HttpResponse:
    """Step 2: how it is sent."""
    checkout = Checkout(request.session)
    if (missing := checkout.missing()) not in {None, "checkout:delivery"}:
        return redirect(missing)
    methods = checkout.methods
    if request.method == "POST":
        form = DeliveryForm(methods, request.POST)
        if form.is_valid():
            checkout.tell(method=form.cleaned_data["method"])
            return changed(request, then="checkout:review")
    else:
        only = methods[0].code if methods else None
        form = DeliveryForm(methods, initial={"method": checkout.told.get("method", only)})
    goods = checkout.cart.goods
    context = {
        "title": gettext("Delivery"),
        "step": 2,
        "steps": STEPS,
        "form": form,
        "methods": [(method, method.price_for(goods)) for method in methods],
        "chosen": form["method"].value(),
        "problems": form.problems if form.is_bound else [],
    }
    status = 422 if form.is_bound else 200
    return page(request, "checkout/delivery.html", context, status=status)


def review(request: Request) -> HttpResponse:
    """Step 3: everything once more, and the order."""
    if request.method == "POST":
        return _place(request)
    checkout = Checkout(request.session)
    if missing := checkout.missing():
        return redirect(missing)
    return _review_page(request, checkout)


def _place(request: Request) -> HttpResponse:
    checkout = Checkout(request.session)
    token = request.POST.get("token", "").replace("\0", "")  # PostgreSQL takes no zero byte
    chosen = request.POST.get("provider", "")
    provider = chosen if chosen in PROVIDERS else Offline.code
    try:
        order = checkout.place(token, request.POST.get("quote", ""), provider, _member(request))
    except UpdateError:
        order = Order.objects.filter(checkout_token=token).first()
    except flows.EmptyCart:
        order = None
    except flows.NotPlaced as reason:
        return _review_page(request, Checkout(request.session), _words(reason))
    if order is None:
        now = Checkout(request.session)
        if now.cart.apart:
            messages.warning(request, _words(flows.NotPlaced()))
        return redirect(now.missing() or "checkout:review")
    return onwards(request, order)


def _member(request: Request) -> Any:
    return request.user if request.user.is_authenticated else None


def _words(reason: flows.NotPlaced) -> str:
    match reason:
        case flows.SoldOut(variant=variant):
            return gettext(
                "%(name)s was bought by someone else a moment ago. Nothing has been ordered yet."
            ) % {"name": variant.product.name}
        case flows.CouponGone(code=code):
            return gettext(
                "The code %(code)s cannot be used any more. Nothing has been ordered yet."
            ) % {"code": code}
        case flows.TooManyUnpaid():
            return gettext(
                "You have several orders waiting for payment. Pay one of them first, please."
            )
    return gettext("Something has changed since you last looked. Please check the order again.")


def _review_page(request: Request, checkout: Checkout, problem: str = "") -> HttpResponse:
    if missing := checkout.missing():
        messages.warning(request, problem)  # nothing is left to review: it is told there
        return redirect(missing)
    quote = checkout.quote(_member(request))
    context = {
        "title": gettext("Check your order"),
        "step": 3,
        "steps": STEPS,
        "checkout": checkout,
        "quote": quote,
        "providers": offered(quote.total, quote.currency) if quote else [],
        "hold_days": Offline.hold.days,
        "address_lines": address_lines(checkout.told["address"]),
        "problems": [("checkout-review", problem)] if problem else [],
    }
    return page(request, "checkout/review.html", context, status=422 if problem else 200)
