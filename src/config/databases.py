from pathlib import Path
from typing import Any

import dj_database_url

# Writers queue up at BEGIN instead of failing at COMMIT, and readers never wait. What is deleted is
# overwritten: a person who is erased does not stay in unused pages of the file.
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        "PRAGMA secure_delete=ON;"
    ),
}
# A machine that is gone answers nothing. A page waits for a new connection to it for 3 seconds, and
# in one that it has for some ten.
POSTGRESQL = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}


def databases(url: str, password: str, data_dir: Path) -> dict[str, Any]:
    """Django's DATABASES: SQLite or PostgreSQL, as the address says."""
    found: dict[str, Any] = {
        **dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)
    }
    if password:
        found["PASSWORD"] = password
    if found["ENGINE"].endswith("sqlite3"):
        # Servers under test are processes of their own, so the test database is a file.
        found |= {"OPTIONS": SQLITE, "TEST": {"NAME": str(data_dir / "test.sqlite3")}}
    else:
        found["OPTIONS"] = POSTGRESQL | found.get("OPTIONS", {})
    return {"default": found}
