"""What every payment provider can do. Adapters know no models and change no state."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol


class Declined(Exception):  # noqa: N818 it reads as what happened
    """The provider says no; the shopper may try again."""


class Unknown(Exception):  # noqa: N818 it reads as what happened
    """No answer, or one that does not say whether money moved: ask again later."""


@dataclass(frozen=True)
class Seen:
    """The provider's view of an attempt before capture: minor units and the currency's code."""

    amount: int
    currency: str
    custom_id: str


@dataclass(frozen=True)
class Captured:
    """Money that moved, or (`pending`) that the provider has not decided on."""

    capture_id: str
    amount: int
    pending: bool = False


class Provider(Protocol):
    code: str
    hold: timedelta  # how long stock waits for the payment

    def read(self, attempt: Any) -> Seen: ...

    def capture(self, attempt: Any) -> Captured:
        """Take the money, once per attempt. Raises Declined or Unknown."""
        ...
