"""Two carts at sign-in, the device's and the account's: their member says what becomes of them.

Until then the account's is in use, and the device's waits in the session. It is taken from there
once, under the lock, and both can be put back as they were until the cart changes.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.utils.translation import gettext

from cart.cart import Cart, Line, lines_of, shortage
from cart.codes import joined
from cart.keepers import MERGED, Guest, Kept
from catalog import kept as catalogue
from catalog.models import Variant
from catalog.translated import joined as in_words

COMBINE, DEVICE, ACCOUNT, CHOOSE = CHOICES = ("combine", "device", "account", "choose")


class Changed(Exception):  # noqa: N818 it reads as what happened
    """What would come of it is not what was shown; nothing has been done."""


class Proposal(Cart):
    """What a cart would be; it is looked at and never changed."""

    def __init__(self, kept: Kept, variants: Mapping[int, Variant]) -> None:
        super().__init__({})
        self.kept = kept
        self.all_lines = lines_of(kept, variants)

    @property
    def summary(self) -> str:
        """In words, "2 × Tea cup (Celadon), 1 × Tray"."""
        return in_words([f"{line.quantity} × {line.title}" for line in self.all_lines])


@dataclass(frozen=True)
class Row:
    """A variant of either cart: how many each holds, and the line that both make together."""

    line: Line
    device: int
    account: int
    ticked: bool

    @property
    def limit(self) -> str:
        """Why they are less than their sum; empty where they are not."""
        both, variant = self.device + self.account, self.line.variant
        if self.line.quantity == both:
            return ""
        most = gettext("At most %(most)s of one kind.") % {"most": settings.CART_MAX_QUANTITY}
        return (variant and shortage(variant, both)) or most


class Merging:
    def __init__(self, session: Any, member: Any, ticked: Collection[int] | None = None) -> None:
        """`ticked` are the ids of the variants that the choice line by line keeps; None: all."""
        self.session, self.ticked = session, ticked
        self.guest, self.cart = Guest(session), Cart(session, member)

    # What there is

    @property
    def device(self) -> Kept:
        return self.guest.read()

    @property
    def account(self) -> Kept:
        return self.cart.kept

    @cached_property
    def variants(self) -> Mapping[int, Variant]:
        return catalogue.variants(self.account.lines.keys() | self.device.lines.keys(), anew=True)

    # What can become of it

    @cached_property
    def options(self) -> dict[str, Proposal]:
        both = Kept(self._together(), joined(self.account.codes, self.device.codes))
        some = {pk: n for pk, n in both.lines.items() if self.ticked is None or pk in self.ticked}
        found = [both, self.device, self.account, Kept(some, both.codes)]
        return {
            choice: Proposal(kept, self.variants)
            for choice, kept in zip(CHOICES, found, strict=True)
        }

    def _together(self) -> dict[int, int]:
        """The account's lines, then the device's."""
        ids = [*self.account.lines, *self.device.lines]
        return {pk: self._sum(pk) for pk in dict.fromkeys(ids)}

    def _sum(self, pk: int) -> int:
        """As many as a line may have and the shop has, but never less than either cart held."""
        one, other = self.account.lines.get(pk, 0), self.device.lines.get(pk, 0)
        variant = self.variants.get(pk)
        most = min(settings.CART_MAX_QUANTITY, variant.on_hand if variant else one + other)
        return int(max(one, other, min(one + other, most)))

    @property
    def rows(self) -> list[Row]:
        return [
            Row(
                line,
                device=self.device.lines.get(line.variant_id, 0),
                account=self.account.lines.get(line.variant_id, 0),
                ticked=line.variant_id in self.options[CHOOSE].quantities,
            )
            for line in self.options[COMBINE].all_lines
        ]

    @property
    def limited(self) -> list[Row]:
        return [row for row in self.rows if row.limit]

    @property
    def unused(self) -> list[str]:
        """Codes of the device that the account's, or the shop's end of them, leave no room for."""
        return [code for code in self.device.codes if code not in self.options[COMBINE].codes]

    @property
    def digest(self) -> str:
        """Of all that is shown of the carts but the ticks."""
        shown = [
            [option.count, option.total, option.codes]
            + [[line.variant_id, line.quantity, line.total] for line in option.all_lines]
            for choice, option in self.options.items()
            if choice != CHOOSE
        ]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()

    # What is done

    def settle(self) -> None:
        """At sign-in: what needs no question, as only one cart holds something, or both the same.

        A session that has gone meanwhile has nothing to give.
        """
        if not self.device:
            return
        with suppress(UpdateError), self.cart.locked():
            device, account = self.device, self.account
            if device and (not account or account == device):
                self.cart.keeper.write(device)
                self.guest.take()

    def choose(self, choice: str, seen: str) -> bool:
        """Make the account's cart what `choice` says; False if nothing waits, or no longer.

        Raises Changed if `seen`, the digest of what was shown, is true no longer, and UpdateError
        if the session has gone.
        """
        with self.cart.locked():
            self._forget()
            if not self.device:
                return False
            if self.digest != seen:
                raise Changed
            before = {"account": self.account.noted, "device": self.device.noted}
            result = self.options[choice].kept
            self.cart.keeper.write(result)
            self.guest.take()
            self.session[MERGED] = before | {"choice": choice, "result": result.noted}
        return True

    def undo(self) -> bool:
        """Put both carts back as they were; False if the cart has changed since, or was undone.

        Raises UpdateError if the session has gone.
        """
        with self.cart.locked():
            possible = bool(self.cart.merged)
            noted = self.session.pop(MERGED, None)
            if possible:
                self.cart.keeper.write(Kept.of(noted["account"]))
                self.guest.write(Kept.of(noted["device"]))
        return possible

    def agree(self) -> None:
        """Undo is not offered any more."""
        with suppress(UpdateError), self.cart.locked():
            self.session.pop(MERGED, None)

    def _forget(self) -> None:
        for name in ("variants", "options"):
            self.__dict__.pop(name, None)
