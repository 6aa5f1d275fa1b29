"""What is kept belongs to a version of the shop; a change begins a new one.

The version is part of every key and of its lock. It is renewed once the change is committed, so who
is still working from the old rows writes under a key that nobody reads any more.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.core.cache import caches
from django.db import transaction
from django.db.transaction import get_connection

SHOP = "shop"  # what editors write: categories, products, variants, pictures, pages
STOCK = "stock"  # how many there are
_owed: set[str] = set()  # changes that Redis has not been told of yet
_asked = threading.local()  # what a thread goes by while it answers a request


def store() -> Any:
    """`cache.redis.Kept` or, without Redis, `cache.memory.Kept`."""
    return caches["kept"]


def current(names: Sequence[str]) -> str | None:
    """The version of these together; None if nobody knows.

    Nor in a transaction: who is about to write needs what is true, and nothing that is kept.
    """
    if get_connection().in_atomic_block:
        return None
    if _owed and not _renew(*_owed):
        return None
    found = _known() or store().versions(names)
    return found and ".".join(found[name] for name in names)


@contextmanager
def steady() -> Iterator[None]:
    """Ask for the versions once, and show one state of the shop to the end; for a request."""
    _asked.versions = {}
    try:
        yield
    finally:
        del _asked.versions


def _known() -> dict[str, str] | None:
    known = getattr(_asked, "versions", None)
    if known == {}:
        known |= store().versions((SHOP, STOCK)) or {}
    return known


def changed(name: str) -> None:
    """Begin a new version as soon as the transaction is committed, once however much it changes."""
    renewal = RENEWALS[name]
    if all(call is not renewal for _ids, call, _robust in get_connection().run_on_commit):
        transaction.on_commit(renewal)


def _renew(*names: str) -> bool:
    _owed.update(names)
    done = store().renew(names)
    if done:
        _owed.difference_update(names)
        if hasattr(_asked, "versions"):
            _asked.versions.clear()
    return done


RENEWALS = {name: partial(_renew, name) for name in (SHOP, STOCK)}
