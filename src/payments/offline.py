"""Bank transfer: the shopper pays at the bank, an editor sees it arrive and says so."""

from datetime import timedelta
from typing import Any

from payments.provider import Captured, Seen


class Offline:
    code = "offline"
    hold = timedelta(days=7)

    def read(self, attempt: Any) -> Seen:
        """The editor has compared the statement; the attempt stands for it."""
        return Seen(attempt.amount, attempt.currency, str(attempt.pk))

    def capture(self, attempt: Any) -> Captured:
        return Captured(f"offline-{attempt.request_id}", attempt.amount)
