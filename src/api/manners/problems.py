"""What went wrong, as RFC 9457 says it: every error of the API is one of these kinds."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectNotUpdated, PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from api.manners.reasons import reason_of
from web.pages import RETRY_SECONDS, database_is_away

TYPE = "application/problem+json"
# code: (status, title). The guide lists them; a problem's type leads there.
KINDS: dict[str, tuple[int, Any]] = {
    "malformed": (400, _("We could not read that")),
    "no-session": (400, _("An Idempotency-Key needs a session or a token")),
    "not-signed-in": (401, _("Who are you?")),
    "not-allowed": (403, _("That is not yours to do")),
    "from-elsewhere": (403, _("This was sent from another site")),
    "not-found": (404, _("There is no such thing")),
    "method": (405, _("That cannot be done here")),
    "not-now": (409, _("That cannot be done as it is now")),
    "session-gone": (409, _("The session has ended")),
    "under-way": (409, _("The same is being done")),
    "sold-out": (409, _("Sold out")),
    "quote-changed": (409, _("Something has changed since the quote")),
    "code-gone": (409, _("A code cannot be used any more")),
    "too-many-unpaid": (409, _("Several orders wait for payment")),
    "not-paid": (409, _("The payment was not taken")),
    "changed": (412, _("It has changed meanwhile")),
    "too-large": (413, _("That is too large")),
    "not-json": (415, _("Send JSON")),
    "refused": (422, _("There is a problem")),
    "key-used": (422, _("The Idempotency-Key belongs to something else")),
    "unconditional": (428, _("Say which version you change, by If-Match")),
    "too-many": (429, _("Please wait a moment")),
    "failed": (500, _("Something went wrong")),
    "later": (503, _("Closed for a moment")),
}
# What Django REST framework raises by itself.
RAISED: dict[type[Exception], str] = {
    Http404: "not-found",
    ObjectNotUpdated: "not-found",  # it has gone meanwhile
    PermissionDenied: "not-allowed",
    exceptions.NotFound: "not-found",
    exceptions.PermissionDenied: "not-allowed",
    exceptions.NotAuthenticated: "not-signed-in",
    exceptions.AuthenticationFailed: "not-signed-in",
    exceptions.MethodNotAllowed: "method",
    exceptions.UnsupportedMediaType: "not-json",
    exceptions.ParseError: "malformed",
    exceptions.Throttled: "too-many",
}


class Problem(Exception):  # noqa: N818 it is what is answered
    """`wrong` has (JSON pointer into the body, words) for each thing that was not accepted."""

    def __init__(
        self,
        code: str,
        detail: Any = "",
        wrong: Iterable[tuple[str, str]] = (),
        wait: int = 0,
        **more: Any,
    ) -> None:
        super().__init__(code)
        self.code, self.detail, self.wrong = code, str(detail), list(wrong)
        self.wait, self.more = wait, more

    @property
    def status(self) -> int:
        return KINDS[self.code][0]

    @property
    def told(self) -> dict[str, Any]:
        status, title = KINDS[self.code]
        address = f"{settings.SITE_URL}/api/guide/#problem-{self.code}"
        told = {"type": address, "title": str(title), "status": status, "code": self.code}
        if self.detail:
            told["detail"] = self.detail
        if self.wrong:
            told["errors"] = [{"pointer": at, "detail": words} for at, words in self.wrong]
        return told | self.more


def handled(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Django REST framework's answer to an exception; None for a fault of ours, which is told."""
    problem = exc if isinstance(exc, Problem) else _of(exc)
    if problem is None:
        return None
    response = Response(problem.told, problem.status, content_type=TYPE)
    if problem.wait:
        response["Retry-After"] = str(problem.wait)
    if problem.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="shop"'
    return response


def _of(exc: Exception) -> Problem | None:
    if isinstance(exc, exceptions.Throttled):
        return Problem("too-many", wait=int(getattr(exc, "wait", None) or 60))
    if database_is_away():
        return Problem("later", wait=RETRY_SECONDS)
    if code := next((code for each, code in RAISED.items() if isinstance(exc, each)), ""):
        return Problem(code)
    code, words = reason_of(exc) or ("", "")
    return Problem(code, words, wait=60 if code == "later" else 0) if code else None
