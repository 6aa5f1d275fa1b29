"""Which cart shall it be? The page that asks where two are held after signing in."""

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from cart.cart import Cart
from cart.context import cart_of
from cart.merging import ACCOUNT, CHOICES, CHOOSE, COMBINE, DEVICE, Changed, Merging
from cart.views import count_and_total
from web.pages import changed, page
from web.request import Request

WAS = re.compile(r"([a-z]{1,9}):([0-9]{1,6}):([0-9]{1,12})")


def merge(request: Request) -> HttpResponse:
    """Nothing changes before the form is sent; who has nothing to choose is led on."""
    merging = _merging(request)
    if merging is None:
        return redirect("cart:detail")
    if not merging.device:
        return changed(request, then=_onwards(request))
    return _choose(request, merging) if request.method == "POST" else _asking(request, merging)


def _merging(request: Request) -> Merging | None:
    member, given = cart_of(request).member, _given(request)
    ticked = _numbers(given, "line") if "choice" in given else None
    return Merging(request.session, member, ticked) if member else None


def _given(request: Request) -> QueryDict:
    """The form; or the part of it that was led to the page's address, to be shown its sum."""
    return request.POST if request.method == "POST" else request.GET


def _choose(request: Request, merging: Merging) -> HttpResponse:
    choice = request.POST.get("choice", "")
    if choice not in CHOICES:
        return _asking(request, merging, "merge-combine", gettext("Choose one of these carts."))
    lines = choice == CHOOSE
    if "show" in request.POST or (lines and merging.ticked != _numbers(request.POST, "shown")):
        # The ticks are others than those of the sum that was shown.
        return changed(request, then=_address(request, choice, merging.ticked))
    if lines and not merging.options[CHOOSE].count:
        return _asking(request, merging, "merge-choose", gettext("Tick at least one line."))
    limits = _limits(merging, choice)
    try:
        done = merging.choose(choice, request.POST.get("seen", ""))
    except Changed:
        words = gettext("Something has changed since you last looked. Please check the sums again.")
        return _asking(request, merging, "merge-combine", words)
    except UpdateError:
        return redirect("cart:detail")
    if done:
        said = [_done(choice), count_and_total(merging.cart), *limits]
        messages.success(request, " ".join(said))
    return changed(request, then=_onwards(request))


def _asking(request: Request, merging: Merging, field: str = "", problem: str = "") -> HttpResponse:
    was = dict(_was(request)) if problem else {}
    options = {
        choice: (cart, _before(cart, was.get(choice))) for choice, cart in merging.options.items()
    }
    chosen = _given(request).get("choice", "")
    context = {
        "title": gettext("Which cart shall it be?"),
        "merging": merging,
        "options": options,
        "chosen": chosen if chosen in CHOICES else COMBINE,
        "onwards": _onwards(request),
        "problems": [(field, problem)] if problem else [],
    }
    return page(request, "cart/merge.html", context, status=422 if problem else 200)


def undo(request: Request) -> HttpResponse:
    """Both carts as they were, and the question again; or, with `agree`, no more of it."""
    merging = _merging(request)
    if merging is None or request.method != "POST":
        return redirect("cart:detail")
    if "agree" in request.POST:
        merging.agree()
        return changed(request, then="cart:detail")
    try:
        done = merging.undo()
    except UpdateError:
        done = False
    if done:
        messages.success(request, gettext("Both carts are as they were."))
        return changed(request, then="cart:merge")
    words = gettext("That cannot be undone any more: the cart has changed since.")
    messages.warning(request, words)
    return changed(request, then="cart:detail")


def _numbers(given: QueryDict, field: str) -> set[int]:
    typed = given.getlist(field)
    return {int(each) for each in typed if each.isascii() and each.isdigit() and len(each) < 19}


def _address(request: Request, choice: str, ticked: Collection[int] | None) -> str:
    query = {"next": _onwards(request), "choice": choice, "line": sorted(ticked or ())}
    return f"{reverse('cart:merge')}?{urlencode(query, doseq=True)}"


def _was(request: Request) -> Any:
    """By choice, the count and the total that were shown when the form was."""
    for found in map(WAS.fullmatch, request.POST.getlist("was")):
        if found:
            yield found[1], (int(found[2]), int(found[3]))


def _before(cart: Cart, was: tuple[int, int] | None) -> tuple[int, int] | None:
    """What was shown of it, if that is true no longer."""
    return was if was != (cart.count, cart.total) else None


def _onwards(request: Request) -> str:
    """Where the shopper was led when they signed in; only to a page of ours."""
    there = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    return there if safe else reverse("cart:detail")


def _limits(merging: Merging, choice: str) -> list[str]:
    found = [
        row for row in merging.limited if choice == COMBINE or (choice == CHOOSE and row.ticked)
    ]
    return [f"{row.line.title}: {row.limit}" for row in found]


def _done(choice: str) -> str:
    return {
        COMBINE: gettext("Both carts are one now."),
        DEVICE: gettext("Your account now has this device’s cart."),
        ACCOUNT: gettext("Your account’s cart stays as it was."),
        CHOOSE: gettext("Your cart has the lines that you chose."),
    }[choice]
