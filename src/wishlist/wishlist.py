"""What is kept for later: a guest's variant ids in the session, a member's as rows, newest first.

Prices and names are read from the shop each time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext

from catalog.models import Variant
from wishlist.models import Wish

KEY = "wishlist"
MOST = 100  # variants


class Refused(Exception):  # noqa: N818 it reads as what happened
    """A change that the list does not make; the message is for the shopper."""


@dataclass(frozen=True)
class Kept:
    """A variant; None when the shop no longer has it."""

    variant_id: int
    variant: Variant | None


class Wishlist:
    def __init__(self, session: Any, member: Any = None) -> None:
        """`session` is a store with `locked()`; an empty mapping stands for no session yet."""
        self.session, self.member = session, member

    @cached_property
    def ids(self) -> list[int]:
        if self.member is None:
            return list(self.session.get(KEY) or [])
        return list(Wish.objects.filter(member=self.member).values_list("variant_id", flat=True))

    @cached_property
    def lines(self) -> list[Kept]:
        found = Variant.objects.buyable().select_related("product")
        shown = found.prefetch_related("values", "product__pictures__values").in_bulk(self.ids)
        return [Kept(pk, shown.get(pk)) for pk in self.ids]

    def keep(self, variant_id: int) -> Variant:
        """Keep a variant, once however often it is asked. Raises Refused, or UpdateError."""
        variant = Variant.objects.buyable().select_related("product").filter(pk=variant_id).first()
        if variant is None:
            raise Refused(gettext("That is no longer in the shop."))
        if variant_id not in self.ids and len(self.ids) >= MOST:
            raise Refused(gettext("Your wishlist is full. Remove something first."))
        if self.member:
            with self._moving():
                _add(self.member, [variant_id])
        else:
            with self._changing() as ids:
                ids[:] = ids if variant_id in ids else [variant_id, *ids][:MOST]
        self._forget()
        return variant

    def remove(self, variant_id: int) -> Kept | None:
        """Take a variant off the list and return it; None if it was not there."""
        line = next((line for line in self.lines if line.variant_id == variant_id), None)
        if self.member and line:
            with self._moving():
                Wish.objects.filter(member=self.member, variant_id=variant_id).delete()
        elif line:
            with self._changing() as ids:
                ids[:] = [pk for pk in ids if pk != variant_id]
        self._forget()
        return line

    def take_over(self) -> None:
        """Move what the session holds to the member's list; nothing is left to be moved twice."""
        with self._changing() as ids:
            _add(self.member, reversed(ids))
            ids.clear()
        self._forget()

    @contextmanager
    def _changing(self) -> Iterator[list[int]]:
        """The session's own ids, under the lock of its row."""
        with self.session.locked():
            ids = list(self.session.get(KEY) or [])
            yield ids
            if ids:
                self.session[KEY] = ids
            else:
                self.session.pop(KEY, None)

    @contextmanager
    def _moving(self) -> Iterator[None]:
        """Change the member's rows; pages that this browser has from before are old."""
        with self.session.locked():
            yield
            self.session.moved = True

    def _forget(self) -> None:
        for name in ("ids", "lines"):
            self.__dict__.pop(name, None)


def _add(member: Any, ids: Any) -> None:
    Wish.objects.bulk_create(
        [Wish(member=member, variant_id=pk) for pk in ids], ignore_conflicts=True
    )
