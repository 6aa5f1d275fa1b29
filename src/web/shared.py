"""Pages that are the same for everybody but for a few holes: above all the cart in the header.

The view of such a page is given a request that knows nothing of the person, so that nothing of
them can get into what is kept. Whoever has a session gets the kept page with their own cart put in
the place of the empty one, by the same partials (docs/decisions/0007-shared-pages.md).
"""

from collections.abc import Callable, Iterable
from copy import copy
from functools import cache, wraps
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template import Context
from django.template.defaulttags import CsrfTokenNode
from django.template.loader import render_to_string
from django.utils.functional import lazy
from django.utils.translation import get_language

from cache.flight import once
from cache.versions import SHOP, STOCK, current
from web.pages import is_part, private, public
from web.request import Request
from web.sessions import SessionStore
from web.templatetags.shop import FIELD, TOKEN

HOLES = ("cart.html#badge", "cart.html#mini")
OWN_HOLES = (*HOLES, "cart.html#merge")
OF_THE_SHOP = ("HTTP_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_HX_REQUEST", "HTTP_HX_REQUEST_TYPE")

type View = Callable[..., HttpResponse]


def shared_page(view: View) -> View:
    """For a view that ends with `shared`."""

    @wraps(view)
    def answered(request: Request, **kwargs: Any) -> HttpResponse:
        if is_part(request):
            return view(request, **kwargs)
        shell = view(anybody(request), **kwargs)
        if shell.status_code != 200:
            return view(request, **kwargs)  # what was refused is a page of one's own
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            return private(HttpResponse(_filled(request, shell.content, HOLES)))
        return public(HttpResponse(shell.content))

    return answered


def kept_page(view: View) -> View:
    """Draw it once for everybody. An address with a query is drawn each time: they have no end."""

    @wraps(view)
    def answered(request: Request, **kwargs: Any) -> HttpResponse:
        if request.GET or is_part(request):
            return view(request, **kwargs)
        draw = lambda: view(request, **kwargs).content  # noqa: E731
        return HttpResponse(once(f"page:{request.path}", draw, SHOP, STOCK))

    return answered


def own_page(request: Request, name: str, draw: View) -> HttpResponse:
    """A personal page; what stands around the holes is drawn once for everybody, by `draw`.

    `name` tells what it shows, besides what editors write. Where there is something to say to this
    visitor alone, it is drawn for them.
    """
    if is_part(request) or len(get_messages(request)):
        return draw(request)
    shell = once(f"own:{name}", lambda: draw(anybody(request), **TOKEN).content)
    token = CsrfTokenNode().render(Context({"csrf_token": get_token(request)}))
    filled = _filled(request, shell, OWN_HOLES)
    return private(HttpResponse(filled.replace(FIELD.encode(), token.encode())))


def version() -> Any:
    """The shop's version at each time it is written: a prefix for the keys of Django's caching."""
    return lazy(lambda: current([SHOP]) or token_hex(8), str)()


def anybody(request: Request) -> Request:
    """The request as anybody would send it: address and host, without cookies and preferences."""
    bare = copy(request)
    bare.META = {
        name: value
        for name, value in request.META.items()
        if name in OF_THE_SHOP or not name.startswith(("HTTP_", "REMOTE_", "CSRF_"))
    }
    bare.__dict__.pop("headers", None)
    bare.COOKIES = {}
    bare.session, bare.user = SessionStore(), AnonymousUser()
    return bare


def _filled(request: Request, shell: bytes, holes: Iterable[str]) -> bytes:
    for name in holes:
        own = render_to_string(name, {}, request).encode()
        shell = shell.replace(_empty(name, get_language()), own, 1)
    return shell


@cache
def _empty(name: str, language: str) -> bytes:
    """What stands in the place of everybody's cart."""
    return render_to_string(name, {"cart": {}}).encode()
