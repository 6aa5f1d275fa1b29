"""Senders of a campaign are killed: one of the worker's processes, then the whole worker."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shoppers import invariants
from stage import Stage
from table import Figures, row

from campaigning import begun, readers, states
from campaigns.models import Campaign
from sinks import Sink, sink
from workers import wait_for

LETTERS, AT_ONCE = 1000, 2
TAKES = "0.04"  # seconds that the mail server takes for a letter, so that some are in its hands


@contextmanager
def slow_mail_server(stage: Stage) -> Iterator[Sink]:
    folder = stage.folder / "letters"
    folder.mkdir()
    with sink(folder, "--delay", TAKES) as server:
        stage.env["LETTERS_EMAIL_URL"] = server.url
        renew(stage)
        try:
            yield server
        finally:
            del stage.env["LETTERS_EMAIL_URL"]
            renew(stage)


def renew(stage: Stage) -> None:
    stage.worker.stop()
    stage.worker.start()


def kill_child(stage: Stage) -> None:
    assert stage.worker.process
    threads = Path(f"/proc/{stage.worker.process.pid}/task")
    children = [pid for each in threads.glob("*/children") for pid in each.read_text().split()]
    os.kill(int(children[0]), signal.SIGKILL)


def kill_all(stage: Stage) -> None:
    assert stage.worker.process
    os.killpg(stage.worker.process.pid, signal.SIGKILL)
    renew(stage)


def is_sent(made: Campaign) -> bool:
    made.refresh_from_db()
    return made.state == Campaign.State.SENT


@row(
    "kill -9 of Celery (child, then the whole worker) in a campaign of 1,000",
    "sent + unknown = 1,000; duplicates 0; unknown ≤ concurrency; resumes within 2 minutes",
)
def killed(stage: Stage) -> Figures:
    readers(LETTERS)
    with slow_mail_server(stage) as server:
        made = begun()
        for enough, hurt in ((LETTERS // 4, kill_child), (LETTERS // 2, kill_all)):
            wait_for(lambda enough=enough: len(server.accepted()) > enough, 120)
            hurt(stage)
            before, began = len(server.accepted()), time.monotonic()
            wait_for(lambda before=before: len(server.accepted()) > before + AT_ONCE, 150)
            waited = time.monotonic() - began
            yield f"{hurt.__name__.replace('_', ' ')}: on after {waited:.0f} s", waited < 120
        wait_for(lambda: is_sent(made), 300)
    found, twice = states(made), Counter(name for _to, name in server.accepted())
    sent, unknown = found.pop("sent", 0), found.pop("unknown", 0)
    yield f"{sent} sent + {unknown} unknown, {found or 'none else'}", sent + unknown == LETTERS
    yield f"{sum(twice.values()) - len(twice)} came twice", max(twice.values()) == 1
    yield f"unknown {unknown}", unknown <= 1 + AT_ONCE
    yield from invariants(stage)
