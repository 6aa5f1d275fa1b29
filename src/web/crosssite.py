"""Protection against cross-site requests, for pages that are the same bytes for everybody.

Browsers say where a post comes from (`Sec-Fetch-Site`, `Origin`); when they do, that decides, and
shared pages need no token. A client that says neither falls back to Django's token, and if it has
none it is shown the same form once more with one: text browsers can buy, forgers cannot. A page
cannot hold a chosen file, so that is asked for again, and must not hold a password: who has typed
one is led back to the form.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext

from web.request import Request

FROM_ELSEWHERE = "The form was sent from another site."
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class CrossSiteMiddleware(CsrfViewMiddleware):
    def process_view(
        self,
        request: Any,
        callback: Callable[..., HttpResponseBase],
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> Any:
        if request.method in SAFE or getattr(callback, "csrf_exempt", False):
            return super().process_view(request, callback, callback_args, callback_kwargs)
        site = request.headers.get("Sec-Fetch-Site") or None
        origin = request.headers.get("Origin")
        if site is None and origin is None:
            return super().process_view(request, callback, callback_args, callback_kwargs)
        ours = site in {"same-origin", "none"} if site else self._origin_verified(request)
        if ours:
            return self._accept(request)
        return self._reject(request, FROM_ELSEWHERE)

    def _set_csrf_cookie(self, request: Any, response: HttpResponse) -> None:
        """Not the one that the browser has: a cookie that is set drops pages from Back."""
        if request.COOKIES.get(settings.CSRF_COOKIE_NAME) != request.META["CSRF_COOKIE"]:
            super()._set_csrf_cookie(request, response)


def refused(request: Request, reason: str = "") -> HttpResponse:
    """Answer a post that was not accepted; nothing has changed."""
    if reason == FROM_ELSEWHERE:
        template, context = "403.html", {"title": gettext("That was not done")}
    else:
        template, context = "web/continue.html", _once_more(request)
    response = render(request, template, context, status=403)
    add_never_cache_headers(response)
    return response


def _once_more(request: Request) -> dict[str, Any]:
    title = gettext("One more step")
    if any("password" in name for name in request.POST):
        return {"title": title, "is_secret": True}
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    chosen: Any = request.FILES
    files = [(name, file.name) for name, file in chosen.items()]
    return {"title": title, "fields": fields, "files": files}
