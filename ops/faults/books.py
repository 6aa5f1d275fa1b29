"""The invariants of the shop's books, of PayPal's ledger and of the mails that arrived.

Each stands in tests/machine/invariants.py, where a state machine asserts them after every step;
the numbers are those of the specification. 15, of carts that come together at a sign-in, has tests
of its own.
"""

from collections.abc import Iterable, Mapping
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

from machine.invariants import Always, AtRest
from paypal_client import PayPal

CHECKS = {
    "1, 2": Always.stock_is_never_negative_and_no_piece_is_lost,
    "3": Always.a_token_has_one_order,
    "4": Always.paypal_never_takes_more_than_an_order_costs,
    "5": Always.what_is_paid_is_captured_and_no_more,
    "6": Always.who_has_ended_holds_nothing_and_who_waits_holds_all,
    "7": Always.every_piece_of_a_paid_order_is_somewhere,
    "8": Always.an_attempt_has_one_order_at_paypal,
    "9": AtRest.every_capture_at_paypal_is_booked_or_given_back,
    "9, the other way": AtRest.the_books_and_the_ledger_agree,
    "10, written": Always.each_mail_is_written_once_with_the_change_it_tells_of,
    "11": AtRest.nothing_is_under_way,
    "11, at PayPal": AtRest.nobody_is_sent_to_a_payment_that_is_over,
    "12": Always.no_more_is_given_back_than_was_taken,
    "13": Always.what_was_ordered_never_changes,
    "13, added up": Always.an_order_adds_up,
    "14": Always.codes_are_used_as_often_as_they_may_and_by_live_orders,
    "invoices": Always.invoices_have_no_gaps,
}


class Books(AtRest, Always):
    """A moment's look; nothing is under way any more."""

    def __init__(
        self,
        paypal: PayPal,
        should_be: Mapping[int, int | None],
        snapshots: dict[int, tuple[Any, ...]],
    ) -> None:
        # Not the machine's own: what it would make is there already.
        self.paypal, self.should_be, self.snapshots = paypal, should_be, snapshots
        self.process, self.deeds, self._read = SimpleNamespace(calls=0), 0, (None, {})

    def broken(self, arrived: Iterable[EmailMessage] | None = None) -> list[str]:
        """Which invariants do not hold, and why; with mails, of these, too."""
        self.read_all()
        found = [f"invariant {n}: {why}" for n, each in CHECKS.items() if (why := self._try(each))]
        if arrived is not None:
            sent = [_sent(mail) for mail in arrived]
            if why := self._try(AtRest.each_mail_came_once, sent):
                found.append(f"invariant 10, arrived: {why}")
        return found

    def _try(self, check: Any, *given: Any) -> str:
        try:
            check(self, *given)
        except Exception as error:
            return f"{check.__name__} ({type(error).__name__} {error})"[:300]
        return ""


def _sent(mail: EmailMessage) -> SimpleNamespace:
    """As Django's own mails name these."""
    heads = {"Message-ID": mail["Message-ID"]}
    return SimpleNamespace(extra_headers=heads, to=[mail["To"]], subject=mail["Subject"])
