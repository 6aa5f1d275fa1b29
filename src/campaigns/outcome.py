"""What became of a letter that was given to a mail server."""

from dataclasses import dataclass
from enum import Enum, auto


class Outcome(Enum):
    SENT = auto()  # accepted
    LATER = auto()  # not accepted now
    CLOSED = auto()  # nothing can be sent now, whichever letter it is
    BROKEN = auto()  # a line that had been opened broke over this letter, before it was handed over
    REFUSED = auto()  # this letter will never be accepted
    NO_MAILBOX = auto()  # nor any other to this address
    UNKNOWN = auto()  # handed over, and no answer


@dataclass(frozen=True)
class Answer:
    outcome: Outcome
    said: str = ""
    provider_id: str = ""

    @property
    def is_last(self) -> bool:
        """Whether there is no sense in giving the server another letter just now."""
        return self.outcome in {Outcome.CLOSED, Outcome.BROKEN, Outcome.UNKNOWN}
