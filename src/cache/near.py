"""Pieces of pages that every page asks for, once more in the memory of each process.

What Redis keeps lasts for a version; so does what is kept here, and to know the version is all that
is asked of Redis.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from cache.flight import FRESH, once
from cache.versions import SHOP, current, store

MOST = 300  # pieces of a process; those that were not asked for longest go first

_pieces: OrderedDict[str, tuple[str, float]] = OrderedDict()
_guard = threading.Lock()


def piece(name: str, draw: Callable[[], str]) -> str:
    """The text kept under `name` for the shop's version, or what `draw` makes, for all who ask."""
    version = None if store().is_near else current([SHOP])
    if version is None:
        return once(name, draw)
    key = f"{version}:{name}"
    with _guard:
        text, until = _pieces.get(key, ("", 0.0))
        if until > time.monotonic():
            _pieces.move_to_end(key)
            return text
    text = once(name, draw)
    with _guard:
        _pieces[key] = text, time.monotonic() + FRESH
        while len(_pieces) > MOST:
            _pieces.popitem(last=False)
    return text
