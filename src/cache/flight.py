"""Single flight: what many ask for at once is worked out by one of them (docs/decisions/0020).

An entry is fresh for a while, then stale for a while longer. Who finds none, or a stale one, tries
to take its lock. The winner fills it; others take the stale value, or wait a little for the new
one. A holder that died loses the lock by itself, and one of those who wait takes over.
"""

import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.transaction import get_connection

from cache.versions import SHOP, current, store

FRESH = 60.0  # seconds, give or take a tenth, after which one reads anew
STALE = 60.0  # seconds more in which the others take the old value meanwhile
HELD = 3.0  # seconds after which the lock of a holder that died is free
PATIENCE = 5.0  # seconds that are waited for somebody else's value before working it out oneself
GLANCE = 0.05  # seconds between two looks
AT_ONCE = 2  # threads of a process that work without the cache; others wait for them

type Fill[T] = Callable[[list[str]], dict[str, T]]

_few = threading.Semaphore(AT_ONCE)
_mine = threading.local()


def once[T](name: str, fill: Callable[[], T], *versions: str, fresh: float = FRESH) -> T:
    """The value kept under `name`, or what `fill` works out, for all who ask now."""
    return many([name], lambda _names: {name: fill()}, *versions, fresh=fresh)[name]


def many[T](
    names: Iterable[str], fill: Fill[T], *versions: str, fresh: float = FRESH
) -> dict[str, T]:
    """The values under these names; `fill` works out those it is given, in one go.

    Values are pickled. They last for `versions` (the shop's, unless told), for `fresh` seconds and
    STALE more. What `fill` leaves out is kept as None.
    """
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    version = current(versions or (SHOP,))
    if version is None:
        return _alone(fill, wanted)
    return Flight(version, fill, fresh).of(wanted)


class Flight[T]:
    def __init__(self, version: str, fill: Fill[T], fresh: float) -> None:
        self.version, self.fill, self.fresh = version, fill, fresh
        self.store = store()

    def of(self, names: Sequence[str]) -> dict[str, T]:
        found, stale = self._read(names)
        missing = [name for name in names if name not in found]
        deadline = time.monotonic() + PATIENCE
        while missing:
            locks = self.store.lock(map(self._key, missing), HELD)
            if locks is None or (not locks and time.monotonic() > deadline):
                return found | _alone(self.fill, missing)
            found |= self._filled([name for name in missing if self._key(name) in locks], locks)
            found |= {name: stale[name] for name in missing if name in stale and name not in found}
            missing = [name for name in missing if name not in found]
            if missing:
                time.sleep(GLANCE)
                found |= self._read(missing)[0]
                missing = [name for name in missing if name not in found]
        return found

    def _filled(self, names: list[str], locks: dict[str, str]) -> dict[str, T]:
        """What this one fills, as it holds their locks; but for what was filled meanwhile."""
        if not names:
            return {}
        try:
            found = self._read(names)[0]
            missing = [name for name in names if name not in found]
            if missing:
                filled = _whole(self.fill, missing)
                until = time.time() + self.fresh * random.uniform(0.9, 1.1)  # noqa: S311 jitter
                entries = {self._key(name): (value, until) for name, value in filled.items()}
                self.store.write(entries, self.fresh + STALE)
                found |= filled
            return found
        finally:
            self.store.unlock(locks)

    def _read(self, names: Sequence[str]) -> tuple[dict[str, T], dict[str, T]]:
        """What is fresh, and what is stale."""
        entries: dict[str, Any] = self.store.read(map(self._key, names)) or {}
        known = {name: entries[self._key(name)] for name in names if self._key(name) in entries}
        now = time.time()
        fresh = {name: value for name, (value, until) in known.items() if until > now}
        stale = {name: value for name, (value, until) in known.items() if until <= now}
        return fresh, stale

    def _key(self, name: str) -> str:
        return f"{self.version}:{name}"


def _alone[T](fill: Fill[T], names: list[str]) -> dict[str, T]:
    """Without the cache; few at a time, so that the database is not asked by all at once."""
    if get_connection().in_atomic_block:
        return _whole(fill, names)  # it may hold locks that others wait for
    with _one_of_few():
        return _whole(fill, names)


def _whole(fill: Fill[Any], names: list[str]) -> dict[str, Any]:
    return dict.fromkeys(names) | fill(names)


@contextmanager
def _one_of_few() -> Any:
    """What works without the cache may need other things that are worked out without it."""
    if getattr(_mine, "place", False):
        yield
        return
    with _few:
        _mine.place = True
        try:
            yield
        finally:
            _mine.place = False
