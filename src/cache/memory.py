"""What `cache.flight` keeps where there is no Redis: copies in the memory of each process.

A process does not hear of what others change, so it keeps nothing for longer than a second.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache

LONGEST = 1.0  # seconds


class Kept(LocMemCache):
    """Answers what `cache.redis.Kept` answers."""

    is_near = True

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        super().set(key, value, LONGEST, version)

    def read(self, keys: Iterable[str]) -> dict[str, Any]:
        return self.get_many(keys)

    def write(self, entries: dict[str, Any], seconds: float) -> None:
        self.set_many(entries)

    def versions(self, names: Iterable[str]) -> dict[str, str]:
        return {name: str(self.get_or_set(f"version:{name}", _token, None)) for name in names}

    def renew(self, names: Iterable[str]) -> bool:
        for name in names:
            super().set(f"version:{name}", _token(), None)
        return True

    def lock(self, keys: Iterable[str], seconds: float) -> dict[str, str]:
        tokens = {key: _token() for key in keys}
        return {key: own for key, own in tokens.items() if self.add(f"{key}:lock", own, seconds)}

    def unlock(self, tokens: dict[str, str]) -> None:
        for key, token in tokens.items():
            if self.get(f"{key}:lock") == token:
                self.delete(f"{key}:lock")


def _token() -> str:
    return secrets.token_hex(8)
