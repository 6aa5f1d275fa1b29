from typing import Any

from django.contrib import messages
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from checkout.checkout import Checkout
from checkout.forms import AddressForm, DeliveryForm
from checkout.words import not_placed
from members.address import address_lines
from members.models import Address
from orders import flows
from orders.models import Order
from orders.views import onwards
from payments import PROVIDERS, offered
from payments.offline import Offline
from web.pages import changed, page
from web.request import Request

STEPS = 3
NEW = "new"  # in place of an address that a member keeps


def address(request: Request) -> HttpResponse:
    """Step 1: who and where. The country's own fields come with "Show the fields for it"."""
    checkout = _checkout(request)
    member = checkout.member
    if not checkout.cart.lines:
        return redirect("cart:detail")
    if request.method != "POST":
        told = _told(checkout, member, request.GET.get("address", ""))
        return _address_page(request, AddressForm.known(told, member=member))
    form = AddressForm.sent(request.POST, member=member)
    if not form.is_bound or not form.is_valid():
        return _address_page(request, form)
    told = form.cleaned_data
    checkout.tell(**{key: told[key] for key in ("email", "phone", "address")})
    if told.get("keep"):
        Address.objects.keep(member, told["address"], phone=told["phone"])
    return changed(request, then="checkout:delivery")


def _told(checkout: Checkout, member: Any, chosen: str) -> dict[str, Any]:
    """What the form starts with: one of the member's addresses, or what was told before."""
    told = checkout.told | checkout.told.get("address", {})
    if member is None:
        return told
    who = {"email": told.get("email") or member.email}
    if chosen == NEW:
        return who | {"name": member.name}
    pk = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0
    if kept := member.addresses.filter(pk=pk).first():
        return who | kept.told
    kept = member.default_address
    return {"name": member.name} | (kept.told if kept else {}) | told | who


def _address_page(request: Request, form: AddressForm) -> HttpResponse:
    member = _member(request)
    kept = member.addresses.all() if member else []
    chosen = [(each, each.postal.items() <= form.initial.items()) for each in kept]
    context = {
        "title": gettext("Your details"),
        "step": 1,
        "steps": STEPS,
        "form": form,
        "kept": chosen,
        "another": not form.is_bound and not any(here for _address, here in chosen),
        "problems": form.problems if form.is_bound else [],
    }
    status = 422 if form.is_bound else 200
    return page(request, "checkout/address.html", context, status=status)


def delivery(request: Request) -> HttpResponse:
    """Step 2: how it is sent."""
    checkout = _checkout(request)
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
    checkout = _checkout(request)
    if missing := checkout.missing():
        return redirect(missing)
    return _review_page(request, checkout)


def _place(request: Request) -> HttpResponse:
    checkout = _checkout(request)
    token = request.POST.get("token", "").replace("\0", "")  # PostgreSQL takes no zero byte
    chosen = request.POST.get("provider", "")
    provider = chosen if chosen in PROVIDERS else Offline.code
    try:
        order = checkout.place(token, request.POST.get("quote", ""), provider)
    except UpdateError:
        order = Order.objects.filter(checkout_token=token).first()
    except flows.EmptyCart:
        order = None
    except flows.NotPlaced as reason:
        return _review_page(request, _checkout(request), not_placed(reason))
    if order is None:
        now = _checkout(request)
        if now.cart.apart:
            messages.warning(request, not_placed(flows.NotPlaced()))
        return redirect(now.missing() or "checkout:review")
    return onwards(request, order)


def _checkout(request: Request) -> Checkout:
    return Checkout(request.session, _member(request))


def _member(request: Request) -> Any:
    return request.user if request.user.is_authenticated else None


def _review_page(request: Request, checkout: Checkout, problem: str = "") -> HttpResponse:
    if missing := checkout.missing():
        messages.warning(request, problem)  # nothing is left to review: it is told there
        return redirect(missing)
    quote = checkout.quote()
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
