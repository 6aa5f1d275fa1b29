"""`REDIS_URL` as Django's caches.

`default` is for what must not be forgotten at once: attempts, codes that count once. `kept` holds
copies of what the database knows: pages, their parts, guests' sessions.
"""

from pathlib import Path
from typing import Any

from config.release import release

# Seconds: a Redis that hangs must not hang a page.
PATIENCE: dict[str, Any] = {
    "SOCKET_CONNECT_TIMEOUT": 0.3,
    "SOCKET_TIMEOUT": 0.3,
    "IGNORE_EXCEPTIONS": True,
}
EMBEDDED: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "kept": {
        "BACKEND": "cache.memory.Kept",
        "LOCATION": "kept",
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
}


def caches(url: str | None, root: Path) -> dict[str, dict[str, Any]]:
    """In Redis, or in the memory of each process. `root` is where the release's code is."""
    if not url:
        return EMBEDDED
    redis: dict[str, Any] = {"LOCATION": url, "OPTIONS": PATIENCE}
    return {
        "default": redis | {"BACKEND": "cache.redis.Cache"},
        "kept": redis | {"BACKEND": "cache.redis.Kept", "KEY_PREFIX": release(root)},
    }
