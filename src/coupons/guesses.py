"""Codes are not to be found by guessing: who tries many unknown ones has to wait.

Counted in the cache, each server process by itself without Redis: a brake, no wall.
"""

import hashlib
from contextlib import suppress

from django.core.cache import cache

MOST = 20  # unknown codes
SECONDS = 600


def too_many(who: str) -> bool:
    return (cache.get(_key(who)) or 0) >= MOST


def note(who: str) -> None:
    """One more code that the shop does not know, from this address."""
    cache.add(_key(who), 0, SECONDS)
    with suppress(ValueError):  # it has lapsed in between
        cache.incr(_key(who))


def _key(who: str) -> str:
    return f"coupon-guesses:{hashlib.sha256(who.encode()).hexdigest()}"
