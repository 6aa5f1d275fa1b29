"""Copies of guests' sessions in Redis; none where there is no Redis.

Each carries its session's turn. Writers may come in any order, and a slow reader may come after a
writer: the highest turn wins. Where nothing may be copied, an empty text says: ask the database.
"""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.core.cache import caches

from cache.redis import Kept

SECONDS = 10 * 60  # of a copy's life
NEVER = 2**53  # the turn of a session that has gone


def read(session_key: str | None, seen: int | None) -> tuple[int, dict[str, Any]] | None:
    """Turn and data of a copy that is not older than what the browser has seen; else None."""
    store = _store()
    if store is None or session_key is None or seen is None:
        return None
    turn, text = store.newest(_name(session_key)) or (0, "")
    return (turn, json.loads(text)) if text and turn >= seen else None


def write(session_key: str | None, turn: int, data: dict[str, Any]) -> None:
    store = _store()
    if store and session_key:
        text = json.dumps(data) if _may_be_copied(data) else ""
        store.write_newest(_name(session_key), turn, text, SECONDS)


def forget(session_key: str) -> None:
    """Nor may a reader that is still on its way write a copy."""
    if store := _store():
        store.write_newest(_name(session_key), NEVER, "", SECONDS)


def _may_be_copied(data: dict[str, Any]) -> bool:
    return bool(data) and data.keys() <= set(settings.SESSION_KEPT_KEYS)


def _store() -> Kept | None:
    store = caches["kept"]
    return store if isinstance(store, Kept) else None


def _name(session_key: str) -> str:
    """The key opens the session, so who looks into Redis does not see it."""
    return f"session:{hashlib.sha256(session_key.encode()).hexdigest()}"
