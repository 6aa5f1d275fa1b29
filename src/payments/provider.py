"""What every payment provider can do. Adapters know no models and change no state.

All amounts are minor units. `docs/payment-providers.md` says how to add one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from typing import Any, Protocol


class Declined(Exception):  # noqa: N818 it reads as what happened
    """The provider says no to this card or account; the shopper may try again."""


class Refused(Exception):  # noqa: N818 it reads as what happened
    """The provider will never do this; asking again is of no use."""


class Unknown(Exception):  # noqa: N818 it reads as what happened
    """No answer, or one that does not say whether money moved: ask again later."""


class Stage(Enum):
    WAITING = auto()  # for the shopper
    APPROVED = auto()  # the money may be taken
    DONE = auto()  # it was taken, or is about to be
    GONE = auto()  # the provider has let go of it, and no money moved


class Money(Enum):
    MOVED = auto()
    PENDING = auto()  # the provider has not decided yet
    FAILED = auto()


@dataclass(frozen=True)
class Created:
    """A payment that the provider waits for the shopper to approve at `approve_url`."""

    provider_order_id: str
    approve_url: str
    payee: str


@dataclass(frozen=True)
class Captured:
    capture_id: str
    amount: int
    currency: str
    money: Money = Money.MOVED


@dataclass(frozen=True)
class Refunded:
    refund_id: str
    amount: int
    currency: str
    money: Money = Money.MOVED
    request_id: str = ""  # of ours, where the provider repeats it


@dataclass(frozen=True)
class Seen:
    """The provider's view of an attempt: what is compared before and looked at after."""

    amount: int
    currency: str
    custom_id: str
    payee: str = ""
    stage: Stage = Stage.APPROVED
    captures: list[Captured] = field(default_factory=list)
    refunds: list[Refunded] = field(default_factory=list)


@dataclass(frozen=True)
class Event:
    """A notice whose sender is proven: which attempt to look at, by whichever id it names."""

    event_id: str
    kind: str
    provider_order_id: str = ""
    custom_id: str = ""


class Forged(Exception):  # noqa: N818 it reads as what happened
    """A notice that the provider says it did not send, or that cannot be read."""


class Provider(Protocol):
    code: str
    hold: timedelta  # how long stock waits for the payment
    redirects: bool  # whether the shopper pays at the provider's own pages

    def takes(self, amount: int, currency: str) -> bool:
        """Whether an order like this can be paid so at all."""
        ...

    def create(self, attempt: Any) -> Created:
        """Ask for a payment, once per attempt. Raises Refused or Unknown."""
        ...

    def read(self, attempt: Any) -> Seen:
        """Raises Unknown."""
        ...

    def capture(self, attempt: Any) -> Captured:
        """Take the money, once per attempt. Raises Declined, Refused or Unknown."""
        ...

    def refund(self, refund: Any) -> Refunded:
        """Give money back, once per refund. Raises Refused or Unknown."""
        ...

    def event(self, headers: Mapping[str, str], body: bytes) -> Event:
        """The notice that was posted to the shop. Raises Forged or Unknown."""
        ...
