"""The shop's cache: Redis, and while that is away, each process remembers for itself.

What `add` answers decides who is let in: limits on sign-ins, codes that count once. "Nobody knows"
would keep everybody out, so while Redis is away a process goes by what it has seen itself.
"""

import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import CONNECTION_INTERRUPTED, RedisCache
from prometheus_client import Counter

ASKED = Counter("shop_cache_asked", "What the cache answered: hit, miss or away.", ["answer"])
PAUSE = 2.0  # seconds before Redis is asked again: one that hangs must not be waited for each time
_own = LocMemCache("while-redis-is-away", {})
_NOTHING = object()


class Cache(RedisCache):
    """Needs IGNORE_EXCEPTIONS: then Redis answers None where nothing was done."""

    away_until = 0.0

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().add, _own.add, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().set, _own.set, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().delete, _own.delete, *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().incr, _own.incr, *args, **kwargs)

    def clear(self) -> Any:
        _own.clear()
        return super().clear()

    def get(self, key: Any, default: Any = None, version: Any = None, client: Any = None) -> Any:
        def of_redis(key: Any, default: Any, version: Any) -> Any:
            found = self._get(key, _NOTHING, version, client)
            if found is CONNECTION_INTERRUPTED:
                return None
            ASKED.labels("miss" if found is _NOTHING else "hit").inc()
            return (default if found is _NOTHING else found,)

        def of_ours(*args: Any) -> Any:
            ASKED.labels("away").inc()
            return (_own.get(*args),)

        return self._ask(of_redis, of_ours, key, default, version)[0]

    def _ask(
        self, redis: Callable[..., Any], ours: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Ask Redis, or, if it did not answer a moment ago or does not now, this process."""
        if time.monotonic() >= Cache.away_until:
            answer = redis(*args, **kwargs)
            if answer is not None:
                return answer
            Cache.away_until = time.monotonic() + PAUSE
        return ours(*args, **kwargs)
