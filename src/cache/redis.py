"""Redis, and what the shop does while it is away.

One that hangs must not be waited for at every call: after a failure a process does not ask for a
moment. `Cache` is for counters and codes: `add` decides who is let in, and "nobody knows" would
keep everybody out, so meanwhile each process goes by what it has seen itself. `Kept` is for copies
of what the database knows: meanwhile there are none.
"""

import pickle
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import CONNECTION_INTERRUPTED, RedisCache
from prometheus_client import Counter
from redis import Redis
from redis.exceptions import RedisError

ASKED = Counter("shop_cache_asked", "What the cache answered: hit, miss or away.", ["answer"])
PAUSE = 2.0  # seconds before Redis is asked again
_own = LocMemCache("while-redis-is-away", {})
_NOTHING = object()

UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end"
NEWEST = """
local known = redis.call('HGET', KEYS[1], 'number')
if known and tonumber(known) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'number', ARGV[1], 'text', ARGV[2])
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
"""


class Away:
    """Whether this process lets Redis rest; for all aliases together."""

    until = 0.0

    @classmethod
    def now(cls) -> bool:
        return time.monotonic() < cls.until

    @classmethod
    def begins(cls) -> None:
        cls.until = time.monotonic() + PAUSE


class Cache(RedisCache):
    """Needs IGNORE_EXCEPTIONS: then Redis answers None where nothing was done."""

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
            _count(int(found is not _NOTHING), 1)
            return (default if found is _NOTHING else found,)

        def of_ours(*args: Any) -> Any:
            ASKED.labels("away").inc()
            return (_own.get(*args),)

        return self._ask(of_redis, of_ours, key, default, version)[0]

    def _ask(
        self, redis: Callable[..., Any], ours: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Ask Redis, or, if it did not answer a moment ago or does not now, this process."""
        if not Away.now():
            answer = redis(*args, **kwargs)
            if answer is not None:
                return answer
            Away.begins()
        return ours(*args, **kwargs)


class Kept(RedisCache):
    """Copies of what the database knows; `cache.flight` and sessions say how they are used.

    Every answer is None while Redis is away. Seconds throughout.
    """

    is_near = False

    def ask[T](self, question: Callable[[Redis], T]) -> T | None:
        if Away.now():
            return None
        try:
            return question(self.client.get_client(write=True))
        except (RedisError, OSError):
            Away.begins()
            return None

    def get(self, key: Any, default: Any = None, version: Any = None, client: Any = None) -> Any:
        found: Any = self.ask(lambda redis: redis.mget([self.make_key(key, version)]))
        if found is None:
            ASKED.labels("away").inc()
            return default
        _count(int(found != [None]), 1)
        return default if found == [None] else pickle.loads(found[0])  # noqa: S301 written by us

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> Any:
        seconds = self.get_backend_timeout(timeout)
        life = None if seconds is None else max(1, round((seconds - time.time()) * 1000))
        text = pickle.dumps(value)
        return self.ask(lambda redis: redis.set(self.make_key(key, version), text, px=life))

    def read(self, keys: Iterable[str]) -> dict[str, Any] | None:
        keys = list(keys)
        found: Any = self.ask(lambda redis: redis.mget([self.make_key(key) for key in keys]))
        if found is None:
            ASKED.labels("away").inc(len(keys))
            return None
        pairs = zip(keys, found, strict=True)
        known = {key: pickle.loads(text) for key, text in pairs if text is not None}  # noqa: S301
        _count(len(known), len(keys))
        return known

    def write(self, entries: dict[str, Any], seconds: float) -> None:
        def question(redis: Redis) -> None:
            with redis.pipeline(transaction=False) as pipe:
                for key, value in entries.items():
                    pipe.set(self.make_key(key), pickle.dumps(value), px=round(seconds * 1000))
                pipe.execute()

        self.ask(question)

    def versions(self, names: Sequence[str]) -> dict[str, str] | None:
        """A token for each name, the same for everybody; one that was lost is made anew.

        None as well while Redis loses them as fast as that.
        """
        keys = [self.make_key(f"version:{name}") for name in names]

        def question(redis: Redis) -> Any:
            found: Any = redis.mget(keys)
            if None in found:
                for key in keys:
                    redis.set(key, secrets.token_hex(8), nx=True)
                found = redis.mget(keys)
            return found

        found = self.ask(question)
        if not found or None in found:
            return None
        return {name: token.decode() for name, token in zip(names, found, strict=True)}

    def renew(self, names: Iterable[str]) -> bool:
        """Give each name a new token; whether that was done."""
        new = {self.make_key(f"version:{name}"): secrets.token_hex(8) for name in names}
        return bool(self.ask(lambda redis: redis.mset(new)))

    def lock(self, keys: Iterable[str], seconds: float) -> dict[str, str] | None:
        """Lock those that nobody holds; returns the token of each. A dead holder's lock ends."""
        tokens = {key: secrets.token_hex(8) for key in keys}

        def question(redis: Redis) -> dict[str, str]:
            with redis.pipeline(transaction=False) as pipe:
                for key, token in tokens.items():
                    pipe.set(self._lock(key), token, nx=True, px=round(seconds * 1000))
                won = pipe.execute()
            return {key: tokens[key] for key, mine in zip(tokens, won, strict=True) if mine}

        return self.ask(question)

    def unlock(self, tokens: dict[str, str]) -> None:
        """Give back what is still ours, and no lock that somebody else holds by now."""

        def question(redis: Redis) -> None:
            with redis.pipeline(transaction=False) as pipe:
                for key, token in tokens.items():
                    pipe.eval(UNLOCK, 1, self._lock(key), token)
                pipe.execute()

        self.ask(question)

    def newest(self, key: str) -> tuple[int, str] | None:
        """The number and the text that were written under the highest number."""
        found: Any = self.ask(lambda redis: redis.hmget(self.make_key(key), "number", "text"))
        if not found or found[0] is None:
            return None
        return int(found[0]), found[1].decode()

    def write_newest(self, key: str, number: int, text: str, seconds: float) -> None:
        """Write, unless it holds a higher number: writers may come in any order."""
        life = max(1, round(seconds * 1000))
        self.ask(lambda redis: redis.eval(NEWEST, 1, self.make_key(key), number, text, life))

    def _lock(self, key: str) -> str:
        return f"{self.make_key(key)}:lock"


def _count(hits: int, asked: int) -> None:
    ASKED.labels("hit").inc(hits)
    ASKED.labels("miss").inc(asked - hits)
