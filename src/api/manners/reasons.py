"""Why the shop's verbs did nothing, as kinds of problems, in the words that the pages use."""

from collections.abc import Callable
from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.utils.translation import gettext

from cart.codes import Refused as CartRefused
from checkout.words import not_placed
from orders import flows
from orders.words import not_ended, not_paid, too_late
from payments.provider import Unknown
from wishlist.wishlist import Refused as WishRefused

type Reason = tuple[str, str]  # a kind of problem, and words

# The first that fits is it.
REASONS: list[tuple[type[Exception], str, Callable[[Any], str]]] = [
    (CartRefused, "refused", str),
    (WishRefused, "refused", str),
    (Unknown, "later", not_paid),
    (flows.EmptyCart, "not-now", lambda _: gettext("Your cart is empty.")),
    (flows.SoldOut, "sold-out", not_placed),
    (flows.CouponGone, "code-gone", not_placed),
    (flows.TooManyUnpaid, "too-many-unpaid", not_placed),
    (flows.NotPlaced, "quote-changed", not_placed),
    (flows.NotSettled, "not-paid", not_paid),
    (flows.NotEnded, "not-now", lambda _: not_ended()),
    (flows.NotReturned, "not-now", lambda _: too_late()),
    (flows.NotShipped, "refused", lambda _: gettext("There are not as many to send.")),
    (UpdateError, "session-gone", lambda _: gettext("Look at the cart, and send it once more.")),
]


def reason_of(exc: Exception) -> Reason | None:
    found = ((code, words) for kind, code, words in REASONS if isinstance(exc, kind))
    return next(((code, words(exc)) for code, words in found), None)
