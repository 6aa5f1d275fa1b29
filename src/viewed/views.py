from collections.abc import Callable
from contextlib import suppress
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.backends.base import UpdateError
from django.core.signing import BadSignature
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from viewed.viewed import Viewed
from web.pages import changed
from web.request import Request

COOKIE = settings.FIRST_VIEW_COOKIE_NAME


def record(request: Request, product_id: int) -> Callable[[HttpResponse], None]:
    """Note that a person looks at a product's page; returns what the answer is to be handed to.

    A visitor's first view waits in a small signed cookie. A session begins only when a browser
    brings it back, so that crawlers, which keep no cookies, leave no rows behind.
    """
    if _is_no_view(request):
        return lambda response: None
    first = _first_view(request)
    if not first and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return partial(_wait, product_id)
    seen = [first, product_id] if first else [product_id]
    with suppress(UpdateError), request.session.locked():
        Viewed(request.session).record(*seen)
    return _forget if COOKIE in request.COOKIES else lambda response: None


def _wait(product_id: int, response: HttpResponse) -> None:
    response.set_signed_cookie(
        COOKIE,
        str(product_id),
        max_age=settings.FIRST_VIEW_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE)


def _is_no_view(request: Request) -> bool:
    """What is part of a view already counted, and a prefetched page, which may never be seen."""
    another_picture = "picture" in request.GET
    prefetched = "prefetch" in request.headers.get("Sec-Purpose", "")
    part = request.htmx.request_type == "partial"
    return request.method != "GET" or part or another_picture or prefetched


def _first_view(request: Request) -> int | None:
    try:
        return int(request.get_signed_cookie(COOKIE, max_age=settings.FIRST_VIEW_AGE) or 0)
    except (KeyError, BadSignature, ValueError):
        return None


def clear(request: Request) -> HttpResponse:
    if request.method != "POST":
        return redirect("cart:detail")
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        Viewed(request.session).clear()
    messages.success(request, gettext("The list of what you looked at is empty."))
    context = {"title": gettext("Cart")}
    # With the lines, beside which a refused quantity may still stand.
    fragments = ("viewed.html#most", "cart.html#lines")
    response = changed(request, *fragments, then="cart:detail", context=context)
    response.delete_cookie(COOKIE)
    return response
