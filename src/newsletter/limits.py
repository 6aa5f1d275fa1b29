"""How often one may ask. Counted in the cache, by each process itself while Redis is away."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True)
class Limit:
    name: str
    most: int
    seconds: int

    def passed(self, who: str) -> bool:
        """Count once more; whether that was too often. Nobody is not counted."""
        if not who:
            return False
        key = f"{self.name}:{hashlib.sha256(who.encode()).hexdigest()}"
        cache.add(key, 0, self.seconds)
        count = 1
        with suppress(ValueError):  # it has lapsed in between
            count = cache.incr(key)
        return count > self.most


ASKING = Limit("newsletter-asking", most=20, seconds=600)  # from one client
MAILED = Limit("newsletter-mailed", most=3, seconds=24 * 60 * 60)  # to one address
