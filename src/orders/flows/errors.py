"""Why a verb did nothing. Each names what happened, and nothing has changed."""

from typing import Any

from catalog.models import Variant


class NotPlaced(Exception):  # noqa: N818 it reads as what happened
    """The order was not placed."""


class EmptyCart(NotPlaced):
    pass


class QuoteChanged(NotPlaced):
    """Price, tax, discount or delivery are not what the shopper last saw."""


class TooManyUnpaid(NotPlaced):
    pass


class SoldOut(NotPlaced):
    def __init__(self, variant: Variant) -> None:
        super().__init__(variant.sku)
        self.variant = variant


class NotSettled(Exception):  # noqa: N818 it reads as what happened
    """No money was taken."""


class CouponGone(NotPlaced, NotSettled):
    """A code was used up meanwhile, or may not be used by this person again."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotApproved(NotSettled):
    """The shopper has not approved the payment at the provider."""


class Mismatch(NotSettled):
    """The provider's payment is not the one that the shop asked for."""


class CardDeclined(NotSettled):
    """The provider said no; the shopper may approve with another card."""


class NotPayable(NotSettled):
    """The order is not in a state in which it can be paid."""


class PaymentUnderWay(NotSettled):
    """Another payment of the order is being made, or has been."""


class NotEnded(Exception):  # noqa: N818 it reads as what happened
    """The order cannot be cancelled: it is paid, sent, or being paid."""


class NotErased(Exception):  # noqa: N818 it reads as what happened
    """Nobody was erased: orders are not done with, or, without any, the last superuser asked."""

    def __init__(self, hindrances: list[Any]) -> None:
        super().__init__(len(hindrances))
        self.hindrances = hindrances


class NotShipped(Exception):  # noqa: N818 it reads as what happened
    """No parcel was noted: there is not as much to send."""


class NotRefunded(Exception):  # noqa: N818 it reads as what happened
    """No money is given back: there is not as much of it, or of the pieces."""


class NotReturned(Exception):  # noqa: N818 it reads as what happened
    """Nothing was asked back or decided: it is too late, decided, or there is not as much."""
