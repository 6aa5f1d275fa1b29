"""What costs seconds to make and is the same for all of pytest-xdist's workers."""

import fcntl
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from services import ROOT


def per_run[T](name: str, make: Callable[[], T]) -> T:
    """What `make` returns, made by the first of the workers that asks; others wait for it."""
    kept = Path(os.environ["TEST_FOLDER"]) / name
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(make()))
    return pickle.loads(kept.read_bytes())


def sqlite() -> Path:
    """The file of a database that has been migrated."""
    folder = Path(os.environ["TEST_FOLDER"]) / "template"
    folder.mkdir()
    _migrate(DATA_DIR=str(folder))
    return folder / "db.sqlite3"


def postgresql() -> str:
    """The name of a database that has been migrated, and that nobody is connected to."""
    server, _slash, name = os.environ["DATABASE_URL"].rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    _migrate()
    return name


def _migrate(**env: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=os.environ | env, check=True)
