"""How much one client may ask, by kind of request. The pages' own limits hold besides."""

from typing import Any

from rest_framework.throttling import BaseThrottle

from web.crosssite import SAFE
from web.throttle import Throttle, client_of

# Tries a minute; who is signed in counts for themselves, with all tokens.
KINDS = {
    "read": Throttle("api-read", most=600, seconds=60),
    "write": Throttle("api-write", most=120, seconds=60),
    "order": Throttle("api-order", most=30, seconds=60),
    "staff": Throttle("api-staff", most=1200, seconds=60),
}
FORGERIES = Throttle("api-token", most=30, seconds=600)  # wrong tokens from one address


class ByKind(BaseThrottle):
    def allow_request(self, request: Any, view: Any) -> bool:
        self.throttle = KINDS[_kind(view.kind, request.method in SAFE)]
        return self.throttle.count(_who(request))

    def wait(self) -> float:
        return self.throttle.seconds


def _kind(of_view: str, reads: bool) -> str:
    """Who looks again and again whether an order is paid may still pay it."""
    if reads and of_view != "staff":
        return "read"
    return of_view or "write"


def _who(request: Any) -> str:
    return f"member {request.user.pk}" if request.user.is_authenticated else client_of(request)
