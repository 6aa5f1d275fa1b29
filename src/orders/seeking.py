"""Orders are not to be found by guessing: who asks for many links has to wait.

Counted in the cache, each server process by itself without Redis: a brake, no wall.
"""

import hashlib
from contextlib import suppress

from django.core.cache import cache

SECONDS = 3600
MOST_FROM, MOST_TO = 20, 5  # from one address of the network, to one address of mail


def too_many(who: str, email: str) -> bool:
    """Count one more, right or wrong; whether it is more than may be."""
    counted = [_count(f"from:{who}") > MOST_FROM, _count(f"to:{email.lower()}") > MOST_TO]
    return any(counted)


def _count(name: str) -> int:
    key = f"order-links:{hashlib.sha256(name.encode()).hexdigest()}"
    cache.add(key, 0, SECONDS)
    with suppress(ValueError):  # it has lapsed in between
        return cache.incr(key)
    return 1
