"""Who asks: a program by its token, or a browser's session, guests' included.

Whose an order is, is decided where the pages decide it (`orders/access.py`).
"""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission

from api.manners.problems import Problem
from api.manners.throttles import FORGERIES
from api.models import Scope, Token
from web.crosssite import FROM_ELSEWHERE, SAFE, CrossSiteMiddleware
from web.throttle import client_of


class ByToken(BaseAuthentication):
    """`Authorization: Bearer …`. No cookie is looked at, and none is set."""

    def authenticate(self, request: Any) -> tuple[Any, Token] | None:
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if not kind:
            return None
        if kind.lower() != "bearer":
            raise Problem("not-signed-in", gettext("Send your token as “Bearer …”."))
        token = Token.objects.of(secret.strip())
        if token is None:
            if not FORGERIES.count(client_of(request)):
                raise Problem("too-many", wait=FORGERIES.seconds)
            raise Problem("not-signed-in", gettext("This token is not good, or no longer."))
        token.note_use()
        request.session = OfToken(token)
        return token.member, token

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


class OfToken(dict[str, Any]):
    """Stands where a session would: a program's member has what is theirs in rows alone."""

    moved = False

    def __init__(self, token: Token) -> None:
        super().__init__()
        self.session_key = f"token {token.pk}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        with transaction.atomic():
            yield


class BySession(BaseAuthentication):
    """The shop's cookie. Unsafe requests have to come from the shop itself, guests' as well:
    Django REST framework would look at those of members alone.
    """

    def authenticate(self, request: Any) -> tuple[Any, None] | None:
        if request.method not in SAFE and (reason := _Check.refusal(request._request)):
            raise Problem("from-elsewhere", reason)
        user = request._request.user
        return (user, None) if user.is_authenticated else None


class _Check(CrossSiteMiddleware):
    """The shop's own check, which says why it refuses in place of answering."""

    @classmethod
    def refusal(cls, request: Any) -> str:
        check = cls(lambda request: None)  # type: ignore[arg-type]
        check.process_request(request)
        return str(check.process_view(request, None, (), {}) or "")  # type: ignore[arg-type]

    def _reject(self, request: Any, reason: str) -> Any:
        if reason == FROM_ELSEWHERE:
            return gettext("It came from another site.")
        return gettext("Say where it comes from: send “Origin” with the shop’s address.")


class Allowed(BasePermission):
    """What a view's `scopes` ask of who calls. Guests may do what needs no member."""

    def has_permission(self, request: Any, view: Any) -> bool:
        demand(request, view.scopes)
        may = all(Scope(each).is_for(request.user) for each in view.scopes)
        return bool(may and (view.for_guests or request.user.is_authenticated))


def demand(request: Any, scopes: Set[str]) -> None:
    """Raises Problem, which names all of these that a token lacks. Who has none needs none."""
    lacks = sorted(scopes - set(request.auth.scopes)) if request.auth else []
    if lacks:
        words = gettext("This token is not for that. It lacks: %(scopes)s.")
        raise Problem("not-allowed", words % {"scopes": ", ".join(lacks)}, lacks=lacks)
