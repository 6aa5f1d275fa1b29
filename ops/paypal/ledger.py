"""Everything the simulator remembers: rows of JSON in one SQLite file, changed under one lock.

The lock is held for the time of a change and never while anything waits.
"""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Row = dict[str, Any]

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def new_id(length: int = 17) -> str:
    """As PayPal's are: capitals and digits, the first of them a digit."""
    return secrets.choice("123456789") + "".join(secrets.choice(LETTERS) for _ in range(length - 1))


class Ledger:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            folder / "paypal.sqlite3", check_same_thread=False, isolation_level=None
        )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS row (number INTEGER PRIMARY KEY, kind TEXT, id TEXT,"
            " value TEXT, UNIQUE (kind, id))"
        )

    @contextmanager
    def change(self) -> Iterator[None]:
        """All of it or nothing; one at a time."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def get(self, kind: str, key: str) -> Row | None:
        with self._lock:
            found = self._db.execute(
                "SELECT value FROM row WHERE kind = ? AND id = ?", (kind, key)
            ).fetchone()
        return json.loads(found[0]) if found else None

    def known(self, kind: str, key: str) -> Row:
        if row := self.get(kind, key):
            return row
        raise KeyError(kind, key)

    def all(self, kind: str) -> list[Row]:
        """In the order in which they came."""
        with self._lock:
            found = self._db.execute(
                "SELECT value FROM row WHERE kind = ? ORDER BY number", (kind,)
            )
            return [json.loads(value) for (value,) in found]

    def put(self, kind: str, row: Row) -> Row:
        with self._lock:
            self._db.execute(
                "INSERT INTO row (kind, id, value) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value",
                (kind, row["id"], json.dumps(row, ensure_ascii=False)),
            )
        return row

    def forget(self) -> None:
        """All but tokens and settings, as on the first day."""
        with self.change():
            self._db.execute("DELETE FROM row WHERE kind NOT IN ('setting', 'token')")

    def remember(self, name: str, value: Any) -> Any:
        """A setting's value: the one kept, else this one from now on."""
        with self.change():
            if kept := self.get("setting", name):
                return kept["value"]
            self.put("setting", {"id": name, "value": value})
        return value

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # Time

    @property
    def shift(self) -> float:
        kept = self.get("setting", "shift")
        return kept["value"] if kept else 0

    @shift.setter
    def shift(self, seconds: float) -> None:
        self.put("setting", {"id": "shift", "value": seconds})

    def now(self) -> float:
        return time.time() + self.shift

    def stamp(self) -> str:
        return stamp(self.now())


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
