"""What all views of the API have in common."""

import uuid
from collections.abc import Set
from typing import Any

from django.conf import settings
from django.utils.cache import patch_vary_headers, set_response_etag
from rest_framework.response import Response
from rest_framework.views import APIView

from api.access import Allowed, BySession, ByToken
from api.manners.parsing import AlwaysJson, Json
from api.manners.problems import Problem
from api.manners.throttles import ByKind
from cart.cart import Cart
from cart.context import cart_of
from web.crosssite import SAFE


class View(APIView):
    """Of one person: nobody keeps what it answers."""

    authentication_classes = [ByToken, BySession]
    permission_classes = [Allowed]
    throttle_classes = [ByKind]
    parser_classes = [Json]
    content_negotiation_class = AlwaysJson
    metadata_class = None
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    tag = ""  # under which the documentation has it
    scopes: Set[str] = frozenset()  # what a token must be for, all of it
    for_guests = True
    kind = ""  # of throttle, where the method does not say it
    begins = False  # a session, for a guest who has none yet
    once: uuid.UUID  # of a post: the number of what is asked for, the same if it comes again
    asks_others = False  # a provider is spoken to, so no transaction may be open meanwhile

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE and _has_gone(request):
            raise Problem("session-gone")

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        self.say_who_may_keep(response)
        if request.method in SAFE and response.status_code == 200 and "ETag" not in response:
            set_response_etag(response.render())
        return response

    def say_who_may_keep(self, response: Any) -> None:
        response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["Accept-Language", "Authorization", "Cookie"])

    @property
    def member(self) -> Any:
        return self.request.user if self.request.user.is_authenticated else None

    @property
    def cart(self) -> Cart:
        return cart_of(self.request, anew=True)  # type: ignore[arg-type]


class PublicView(View):
    """The same for everybody: it looks at no cookie and no token, and any cache may keep it."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []

    def say_who_may_keep(self, response: Any) -> None:
        if response.status_code == 200:
            kept = f"public, max-age=0, s-maxage={settings.SHARED_SECONDS}"
            response["Cache-Control"] = kept
            patch_vary_headers(response, ["Accept-Language"])
        else:
            response["Cache-Control"] = "no-store"


def shown(shape: type[Any], thing: Any, status: int = 200, **context: Any) -> Response:
    """The answer that shows a thing."""
    return Response(shape(thing, context=context).data, status)


def _has_gone(request: Any) -> bool:
    """Whether the cookie's session has ended: another one must not begin behind a browser's back,
    which would sign it out if it has a newer cookie by now.
    """
    held = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return bool(held) and not request.auth and not request._request.session.exists(held)
