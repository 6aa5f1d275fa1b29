"""Who tries too often has to wait: a brake, no wall.

Counted in the cache. While Redis is away, or without one, each process counts for itself.
"""

import hashlib
import ipaddress
from contextlib import suppress
from dataclasses import dataclass

from django.core.cache import cache

from web.request import Request


@dataclass(frozen=True)
class Throttle:
    """At most `most` tries in `seconds`, from the first of them on, by whoever is named.

    Who it is stands in the cache as a digest alone.
    """

    name: str
    most: int
    seconds: int

    def is_spent(self, *who: str) -> bool:
        """Whether one of them has no try left."""
        return any((cache.get(self._key(each)) or 0) >= self.most for each in who)

    def count(self, *who: str) -> bool:
        """One more try of each; whether all of them were still free to."""
        return all([self._count(self._key(each)) <= self.most for each in who])

    def _count(self, key: str) -> int:
        cache.add(key, 0, self.seconds)
        with suppress(ValueError):  # it has lapsed in between
            return cache.incr(key) or 0
        return 0

    def _key(self, who: str) -> str:
        return f"throttle:{self.name}:{hashlib.sha256(who.encode()).hexdigest()}"


def client_of(request: Request) -> str:
    """The address that a request comes from. Of IPv6 the network: a household has one."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    with suppress(ValueError):
        if (parsed := ipaddress.ip_address(address)).version == 6:
            return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
