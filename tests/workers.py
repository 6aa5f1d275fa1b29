"""Celery as the demo and production start it, on the tests' database."""

import email
import email.policy
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import services


@contextmanager
def worker(
    data_dir: Path, env: Mapping[str, str], *options: str, app: str = "config.celery"
) -> Iterator[subprocess.Popen]:
    """A worker of one process; `app="hurried"` and `-B` add a beat with short waits."""
    log = data_dir / f"worker-{services.free_port()}.log"
    command = [sys.executable, "-m", "celery", "-A", app, "worker", "-P", "solo"]
    command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle", *options]
    path = os.pathsep.join(str(services.ROOT / folder) for folder in ("src", "tests"))
    ready = lambda: log.exists() and " ready." in log.read_text()  # noqa: E731
    with services.running(
        command, ready=ready, log=log, env=os.environ | {"PYTHONPATH": path} | env
    ) as process:
        yield process
    print(log.read_text())  # pytest shows it on failure


@contextmanager
def beating(data_dir: Path, env: Mapping[str, str]) -> Iterator[subprocess.Popen]:
    """A worker with its beat, which does each second what production does each minute."""
    schedule = data_dir / f"beat-{services.free_port()}"
    with worker(data_dir, env, "-B", "--schedule", str(schedule), app="hurried") as process:
        yield process


def wait_for(what: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def server_workers(shop: services.Shop) -> list[int]:
    """The processes of a server that answer requests; it starts others for those that end.

    The oldest stands first: Granian ends when one dies twice within 5.5 seconds (record 0022), so
    that one is to be killed. Numbers of processes do not tell, they begin anew at 32768.
    """
    threads = Path(f"/proc/{shop.process.pid}/task")
    children = [pid for each in threads.glob("*/children") for pid in each.read_text().split()]
    return sorted((int(pid) for pid in children if b"granian" in _words(pid)), key=_begun)


def _begun(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return 0  # it has ended


def live_long(shop: services.Shop, seconds: float = 6) -> None:
    """Until Granian, which ends when one dies twice within 5.5 seconds (record 0022), will not."""
    pids: list[int] = []
    while pids != (pids := server_workers(shop)):
        time.sleep(seconds)


def kill_workers(shop: services.Shop) -> None:
    pids = server_workers(shop)
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def _words(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def mails_to(data_dir: Path, address: str) -> list[EmailMessage]:
    """What the mailer that writes into a folder has delivered."""
    found = []
    for path in (data_dir / "mail").glob("*.eml"):
        with path.open("rb") as file:
            message = email.message_from_binary_file(file, policy=email.policy.default)
        if message["To"] == address:
            found.append(message)
    return found
