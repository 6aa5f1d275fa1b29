"""Bank transfer: the shopper pays at the bank, an editor sees it arrive and says so."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from payments.provider import Captured, Created, Event, Forged, Refunded, Seen


class Offline:
    code = "offline"
    hold = timedelta(days=7)
    redirects = False

    def takes(self, amount: int, currency: str) -> bool:
        return True

    def create(self, attempt: Any) -> Created:
        """Nobody has to be asked: the order's page shows the account."""
        return Created(f"offline-{attempt.request_id}", "", "")

    def read(self, attempt: Any) -> Seen:
        """The editor has compared the statement; the attempt stands for it."""
        return Seen(attempt.amount, attempt.currency, str(attempt.pk))

    def capture(self, attempt: Any) -> Captured:
        return Captured(f"offline-{attempt.request_id}", attempt.amount, attempt.currency)

    def refund(self, refund: Any) -> Refunded:
        """The editor pays it back at the bank and says so here."""
        currency = refund.capture.attempt.currency
        return Refunded(f"offline-{refund.request_id}", refund.amount, currency)

    def event(self, headers: Mapping[str, str], body: bytes) -> Event:
        raise Forged("banks send no notices")
