from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_safe

from cart.cart import Cart, Line, Refused
from cart.codes import OneOfAKind, UnknownCode
from cart.context import cart_of
from cart.forms import AddForm, CouponForm, QuantityForm
from catalog.detail import Detail
from catalog.models import Variant
from catalog.views import product_context, title_of
from coupons.discounts import Applied
from money.currency import price
from web.pages import changed, is_part, page, part
from web.request import Request
from web.shared import HOLES
from web.throttle import Throttle, client_of

AGAIN = "again"
GUESSES = Throttle("coupon", most=20, seconds=600)  # codes that the shop does not know
HEADER = ("cart.html#badge", "cart.html#mini", "cart.html#merge")
ALL = ("cart.html#lines", *HEADER, "viewed.html#most")


@require_safe
def detail(request: Request) -> HttpResponse:
    request.cart = cart_of(request, anew=True)
    return _cart_page(request)


@require_safe
def header(request: Request) -> HttpResponse:
    """The cart in the header, for a page that Back has brought from before the last change."""
    return part(request, *HOLES) if is_part(request) else redirect("cart:detail")


def _change_of_cart(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A POST on the visitor's cart; a GET of its address leads to the cart page.

    If the session's row has gone since the browser got its cookie (a sign-in elsewhere has renewed
    it, or it was cleared), the browser posts once more with the cookie it has by then.
    """

    @wraps(view)
    def answered(request: Request, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return redirect("cart:detail")
        held = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        gone = bool(held) and not request.session.exists(held or "")
        if gone:
            if AGAIN not in request.GET:
                return _again(request)
            request.session.flush()  # the browser has no newer one: a fresh cart
        request.cart = cart_of(request, anew=True)
        try:
            return view(request, **kwargs)
        except UpdateError:
            return _again(request)

    return answered


def _again(request: Request) -> HttpResponse:
    response = HttpResponseRedirect(f"{request.path}?{AGAIN}=1")
    response.status_code = 307  # the same method and the same body
    return response


@_change_of_cart
def add(request: Request) -> HttpResponse:
    form = AddForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(form.problem)
        line = request.cart.add(form.cleaned_data["variant"], form.cleaned_data["quantity"])
    except Refused as refusal:
        return _not_added(request, str(refusal))
    there = {each.variant_id: each.variant for each in request.cart.all_lines}
    variant = there.get(line.variant_id) or line.variant  # the former has its choices with it
    messages.success(request, _added(replace(line, variant=variant), request.cart))
    detail = {"variant": variant, "product": variant.product}
    context = {"title": title_of(variant), "detail": detail, "quantity": 1}
    return changed(request, *HEADER, "product.html#buy", then="cart:detail", context=context)


def _not_added(request: Request, problem: str) -> HttpResponse:
    """The product page again, with the problem and what was typed; or the cart, if it is gone."""
    typed = request.POST.get("variant", "")
    known = int(typed) if typed.isdecimal() and len(typed) < 19 else 0
    variant = Variant.objects.buyable().select_related("product").filter(pk=known).first()
    if variant is None:
        context = {"title": gettext("Not added"), "problems": [("main", problem)]}
        return page(request, "cart/detail.html", context, fragment=HEADER, status=422)
    context = product_context(
        Detail.of(variant),
        quantity=request.POST.get("quantity", ""),
        problem=problem,
        problems=[("buy-quantity", problem)],
    )
    fragments = ("product.html#detail", *HEADER)
    return page(request, "catalog/product.html", context, fragment=fragments, status=422)


@_change_of_cart
def change(request: Request, variant_id: int) -> HttpResponse:
    form = QuantityForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(form.problem)
        request.cart.change(variant_id, form.cleaned_data["quantity"])
    except Refused as refusal:
        typed = {"id": variant_id, "quantity": request.POST.get("quantity", "")}
        return _cart_page(request, typed=typed, problem=str(refusal), status=422)
    messages.success(request, count_and_total(request.cart))
    return _changed_cart(request)


@_change_of_cart
def remove(request: Request, variant_id: int) -> HttpResponse:
    line = request.cart.remove(variant_id)
    if line:
        messages.success(request, _removed(line, request.cart))
    return _changed_cart(request)


def coupon(request: Request) -> HttpResponse:
    """Use a code. A link with a code in it is a question: only the form's post changes anything."""
    if request.method == "POST":
        return _use_coupon(request)
    context = {"title": gettext("Use a coupon code"), "code": _typed_code(request.GET)}
    return page(request, "cart/coupon.html", context)


@_change_of_cart
def _use_coupon(request: Request) -> HttpResponse:
    form, who = CouponForm(request.POST), client_of(request)
    try:
        if GUESSES.is_spent(who):
            raise Refused(gettext("Too many unknown codes. Wait ten minutes and try again."))
        if not form.is_valid():
            raise Refused(form.problem)
        applied = request.cart.use(form.cleaned_data["code"], form.cleaned_data["instead"])
    except Refused as refusal:
        if isinstance(refusal, UnknownCode):
            GUESSES.count(who)
        return _not_used(request, refusal)
    messages.success(request, _used(applied, request.cart))
    return _changed_cart(request)


def _not_used(request: Request, refusal: Refused) -> HttpResponse:
    """The cart's page with what was typed; if another code is in the way, it asks once more."""
    other = refusal.other if isinstance(refusal, OneOfAKind) else ""
    typed = {"code": _typed_code(request.POST), "problem": str(refusal), "instead": other}
    context = {
        "title": gettext("Cart"),
        "coupon": typed,
        "problems": [("cart-coupon-code", str(refusal))],
    }
    return page(request, "cart/detail.html", context, fragment=ALL, status=422)


@_change_of_cart
def remove_coupon(request: Request) -> HttpResponse:
    code = _typed_code(request.POST)
    if code in request.cart.codes:
        request.cart.stop_using(code)
        words = gettext("Code %(code)s is removed.") % {"code": code}
        messages.success(request, words + " " + count_and_total(request.cart))
    return _changed_cart(request)


def _typed_code(given: Any) -> str:
    return given.get("code", "").replace("\0", "")[:40]


def _changed_cart(request: Request) -> HttpResponse:
    return changed(request, *ALL, then="cart:detail", context={"title": gettext("Cart")})


def _cart_page(
    request: Request,
    typed: dict[str, Any] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """`typed` holds what a shopper wrote as the quantity of the line `id`."""
    field = "cart-lines"
    for line in request.cart.all_lines:
        if typed and line.variant_id == typed["id"]:
            # A line that is sold out has no quantity to change.
            control = "quantity" if line.variant and line.variant.on_hand else "remove"
            field = f"cart-{control}-{line.variant_id}"
    context = {
        "title": gettext("Cart"),
        "typed": typed,
        "problem": problem,
        "problems": [(field, problem)] if problem else [],
    }
    return page(request, "cart/detail.html", context, fragment=ALL, status=status)


def _added(line: Line, cart: Cart) -> str:
    return gettext("Added %(name)s.") % {"name": line.title} + " " + count_and_total(cart)


def _removed(line: Line, cart: Cart) -> str:
    return gettext("Removed %(name)s.") % {"name": line.title} + " " + count_and_total(cart)


def _used(applied: Applied, cart: Cart) -> str:
    words = gettext("Code %(code)s is used: %(name)s.") % {
        "code": applied.code,
        "name": applied.name,
    }
    return words + " " + count_and_total(cart)


def count_and_total(cart: Cart) -> str:
    total = price(cart.total, settings.SHOP_CURRENCY, get_language())
    return ngettext(
        "Cart has %(n)s item, total %(total)s.",
        "Cart has %(n)s items, total %(total)s.",
        cart.count,
    ) % {"n": cart.count, "total": total}
