"""What an editor can do about a subscriber: a button, a page that asks, and a POST."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from newsletter.models import Subscriber

State = Subscriber.State


@dataclass(frozen=True)
class Deed:
    code: str  # the last part of its address
    words: Any
    asks: Any
    done: Any
    of: frozenset[str]  # the states in which there is something to do
    do: Callable[[Subscriber], None]

    def fits(self, subscriber: Subscriber) -> bool:
        return subscriber.state in self.of


def _suppress(subscriber: Subscriber) -> None:
    subscriber.suppress(Subscriber.Reason.EDITOR)


DEEDS = [
    Deed(
        "leave",
        _("Take off the list"),
        _("No letter goes there any more. Its person can come back at any time."),
        _("It is off the list."),
        frozenset({State.ASKED, State.CONFIRMED}),
        Subscriber.leave,
    ),
    Deed(
        "suppress",
        _("Never write again"),
        _("No letter goes there, also after an erasure, until its person asks and confirms anew."),
        _("No letter goes there."),
        frozenset({State.ASKED, State.CONFIRMED, State.LEFT}),
        _suppress,
    ),
    Deed(
        "release",
        _("Take back the suppression"),
        _("It counts as having left. Letters go there only after its person has asked again."),
        _("The suppression is taken back."),
        frozenset({State.SUPPRESSED}),
        Subscriber.release,
    ),
]
