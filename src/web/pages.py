"""How a view answers: the whole page, or the fragments of it that changed.

A view never mentions HTMX. It ends with `page` after a read and with `changed` after a write.
A fragment is named by its partial: `cart.html#badge` is the partial `badge` of
`partials/cart.html`, and its root element has the id `cart-badge`.
"""

import sqlite3
import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from web.context import contact
from web.request import Request
from web.templatetags.shop import FIELD, TOKEN

STALE_SECONDS = 3600  # how long a shared page is better than none, while the shop is away
RETRY_SECONDS = 30  # after which a database that went away may be back
Context = dict[str, Any]


def page(
    request: Request,
    template: str,
    context: Context | None = None,
    *,
    fragment: str | Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """Answer with a personal page, or with its fragment or fragments when htmx asks for a part.

    A page that has no fragments is opened as a page even if htmx asked for it.
    """
    context = context or {}
    if not is_part(request):
        response = HttpResponse(render_to_string(template, context, request), status=status)
    elif fragment:
        names = [fragment] if isinstance(fragment, str) else list(fragment)
        if request.method == "GET":
            # The window moves to this address, and the link to the other language with it.
            names.append("languages.html#nav")
        response = _fragments(request, names, context, status)
    else:
        response = HttpResponse(headers={"HX-Redirect": request.get_full_path()})
    return private(response)


def shared(
    request: Request,
    template: str,
    context: Context | None = None,
    *,
    fragment: str | Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """Answer with a page that is the same bytes for everybody; for views under `shared_page`."""
    context = (context or {}) | {"shared": True}
    if is_part(request):
        return page(request, template, context, fragment=fragment, status=status)
    if status != 200:
        return private(HttpResponse(render_to_string(template, context, request), status=status))
    # Caches keep it, so its forms hold no token.
    return public(
        HttpResponse(render_to_string(template, context | TOKEN, request).replace(FIELD, ""))
    )


def public(response: HttpResponse) -> HttpResponse:
    """Any cache may keep it: browsers ask each time, and others may help out for a while."""
    response["Cache-Control"] = (
        f"public, max-age=0, s-maxage={settings.SHARED_SECONDS}, "
        f"stale-while-revalidate={settings.SHARED_SECONDS}, stale-if-error={STALE_SECONDS}"
    )
    return _vary(response)


def is_part(request: Request) -> bool:
    """Whether only a part of the page is asked for."""
    return request.htmx.request_type == "partial"


def part(request: Request, *fragments: str, context: Context | None = None) -> HttpResponse:
    """Answer a request for a part with fragments that leave the page where it is."""
    return private(_fragments(request, fragments, context or {}, 200))


def changed(
    request: Request,
    *fragments: str,
    then: Any,
    context: Context | None = None,
) -> HttpResponse:
    """Answer a write: the fragments that changed, or 303 See Other to the page `then`."""
    if is_part(request):
        response = _fragments(request, fragments, context or {}, 200)
    else:
        response = redirect(then)
        response.status_code = 303
    return private(response)


def not_found(request: Request, exception: Exception, template: str = "404.html") -> HttpResponse:
    """Answer 404. The page shows the visitor's own cart badge, so nobody keeps it."""
    context = {"title": gettext("This page is not here")}
    return private(HttpResponse(render_to_string(template, context, request), status=404))


def too_many(request: Request) -> HttpResponse:
    """Answer 429: somebody, or something, tries too often."""
    context = {"title": gettext("Please wait a moment")}
    response = HttpResponse(render_to_string("429.html", context, request), status=429)
    response["Retry-After"] = "60"
    return private(response)


def not_understood(request: Request, exception: Exception) -> HttpResponse:
    """Answer 400. Of a request like that nothing is read, not even its host."""
    return _bare("400.html", gettext("We could not read that"), 400)


def failed(request: Request) -> HttpResponse:
    """Answer 500, or 503 if the database is away or full; without the database either way."""
    if database_is_away():
        response = _bare("503.html", gettext("Closed for a moment"), 503)
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    return _bare("500.html", gettext("Something went wrong"), 500)


def database_is_away() -> bool:
    """Whether what is being handled is that the database is not there, or that its disk is full.

    It is not there if this thread's connection is none, or has broken off.
    """
    error = sys.exception()
    if not isinstance(error, InterfaceError | OperationalError):
        return False
    found = connection.connection
    return found is None or bool(getattr(found, "closed", False)) or _is_full(error.__cause__)


def _is_full(cause: BaseException | None) -> bool:
    on_sqlite = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return on_sqlite or getattr(cause, "sqlstate", None) == "53100"  # PostgreSQL's disk_full


def _bare(template: str, title: str, status: int) -> HttpResponse:
    context = contact() | {"title": title}
    return private(HttpResponse(render_to_string(template, context), status=status))


def fragment_id(name: str) -> str:
    """`cart.html#badge` → `cart-badge`."""
    return name.replace(".html#", "-")


def _fragments(
    request: Request, names: Sequence[str], context: Context, status: int
) -> HttpResponse:
    """Each fragment for the id that bears its name, the title, the problems and the notices."""
    # Each swap morphs: focus stays, and the live region is filled from inside.
    always = ("problems.html#summary", "notices.html#list")
    parts = [_part(request, name, context) for name in (*names, *always)]
    if "title" in context:
        parts.append(render_to_string("head.html#title", context, request))
    return HttpResponse(mark_safe("\n".join(parts)), status=status)  # noqa: S308 rendered above


def _part(request: Request, name: str, context: Context) -> SafeString:
    return format_html(
        '<hx-partial hx-target="#{}" hx-swap="outerMorph">{}</hx-partial>',
        fragment_id(name),
        mark_safe(render_to_string(name, context, request)),  # noqa: S308 a rendered template
    )


def private(response: HttpResponse) -> HttpResponse:
    """It is one person's, and nobody keeps it."""
    response["Cache-Control"] = "private, no-store"
    return _vary(response)


def _vary(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request-Type"])
    # Where a browser finds which pages it may fetch before they are asked for.
    response["Speculation-Rules"] = f'"{reverse("speculation_rules")}"'
    return response
