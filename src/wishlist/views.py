from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from cart.cart import Refused as CartRefused
from cart.context import cart_of
from cart.forms import AddForm
from cart.views import HEADER
from catalog.detail import Detail
from catalog.models import Variant
from catalog.views import product_context
from web.pages import changed, page
from web.request import Request
from wishlist.wishlist import Kept, Refused, Wishlist

LIST = "wishlist.html#list"
# With the quantity, beside which a refused one may still stand.
ON_PRODUCT = ("wishlist.html#button", "product.html#buy")


@require_safe
def detail(request: Request) -> HttpResponse:
    return _list_page(request)


def _list_page(request: Request, **refused: Any) -> HttpResponse:
    """`refused` has the words and the `id` of a variant that the cart did not take."""
    context: dict[str, Any] = {"title": gettext("Wishlist"), "refused": refused}
    fragments: tuple[str, ...] = (LIST, *HEADER)
    if refused:
        at = f"wishlist-move-{refused['id']}" if refused["id"] else "main"
        context["problems"] = [(at, refused["words"])]
    status = 422 if refused else 200
    return page(request, "wishlist/detail.html", context, fragment=fragments, status=status)


def _change(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A POST on the visitor's list; a GET of its address leads to the list's page."""

    @wraps(view)
    def answered(request: Request, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return redirect("wishlist:detail")
        try:
            return view(request, _list_of(request), **kwargs)
        except UpdateError:
            logout(request)  # the session has gone: what is kept now begins a new one
            return view(request, _list_of(request), **kwargs)

    return answered


def _list_of(request: Request) -> Wishlist:
    return Wishlist(request.session, request.user if request.user.is_authenticated else None)


@_change
def keep(request: Request, wishlist: Wishlist) -> HttpResponse:
    form = AddForm(request.POST.dict() | {"quantity": "1"})
    try:
        if not form.is_valid():
            raise Refused(form.problem)
        variant = wishlist.keep(form.cleaned_data["variant"])
    except Refused as refusal:
        return _not_kept(request, str(refusal))
    messages.success(request, gettext("%(name)s is on your wishlist.") % {"name": variant.title})
    return _changed(request, variant)


def _not_kept(request: Request, problem: str) -> HttpResponse:
    """The product's page again; or the list, if it is gone."""
    known = AddForm(request.POST.dict() | {"quantity": "1"})
    pk = known.cleaned_data["variant"] if known.is_valid() else 0
    variant = Variant.objects.buyable().filter(pk=pk).first()
    context: dict[str, Any] = {"title": gettext("Wishlist"), "problems": [("main", problem)]}
    if variant is None:
        return page(request, "wishlist/detail.html", context, fragment=HEADER, status=422)
    context = product_context(Detail.of(variant), problems=context["problems"])
    return page(request, "catalog/product.html", context, fragment=ON_PRODUCT, status=422)


@_change
def remove(request: Request, wishlist: Wishlist, variant_id: int) -> HttpResponse:
    line = wishlist.remove(variant_id)
    if line:
        words = gettext("Removed %(name)s from your wishlist.")
        messages.success(request, words % {"name": _name(line)})
    return _changed(request, line.variant if line else None)


@_change
def move(request: Request, wishlist: Wishlist, variant_id: int) -> HttpResponse:
    """One piece goes into the cart; what the cart does not take stays on the list."""
    request.cart = cart_of(request)
    try:
        line = request.cart.add(variant_id, 1)
    except CartRefused as refusal:
        kept = next((line for line in wishlist.lines if line.variant_id == variant_id), None)
        offered = kept and kept.variant and kept.variant.on_hand
        return _list_page(request, words=str(refusal), id=variant_id if offered else 0)
    wishlist.remove(variant_id)
    words = gettext("%(name)s is in your cart.")
    messages.success(request, words % {"name": line.variant.title if line.variant else ""})
    return changed(request, LIST, *HEADER, then="wishlist:detail", context=_title())


def _changed(request: Request, variant: Variant | None) -> HttpResponse:
    """The list's page, or the button of the product's page: whichever the form stood on."""
    if "from-product" in request.POST and variant:
        context = product_context(Detail.of(variant))
        return changed(request, *ON_PRODUCT, then="wishlist:detail", context=context)
    return changed(request, LIST, then="wishlist:detail", context=_title())


def _title() -> dict[str, str]:
    return {"title": gettext("Wishlist")}


def _name(line: Kept) -> str:
    if line.variant is None:
        return gettext("An item that is no longer in the shop")
    return line.variant.title
