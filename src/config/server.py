"""How Granian serves an instance. Two of them share a machine, so each takes half of its cores."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

# Threads wait: for the database, and a few for a payment provider. More instances and workers
# need no more of them, nor more connections than PostgreSQL has: 2 instances x 32, and the workers.
THREADS = 32
WORKERS = 8  # at most, unless told: each has 4 threads at least, and more need more connections
BACKPRESSURE = 256  # connections a worker keeps; Nginx keeps fewer open: keepalive x its workers
MAX_RSS = 512  # MiB; a worker that has grown beyond is followed by a new one


@dataclass(frozen=True)
class Server:
    workers: int
    threads: int
    backpressure: int
    max_rss: int

    @classmethod
    def read(cls, given: Mapping[str, str], cores: int | None = None) -> Server:
        """Raise ImproperlyConfigured for what is not a number from 1."""
        cores = cores or os.process_cpu_count() or 1
        workers = number(given, "WEB_WORKERS", min(WORKERS, max(1, cores // 2)))
        return cls(
            workers=workers,
            threads=number(given, "WEB_THREADS", max(4, THREADS // workers)),
            backpressure=number(given, "WEB_BACKPRESSURE", BACKPRESSURE),
            max_rss=number(given, "WEB_MAX_RSS", MAX_RSS),
        )

    def command(self, *where: str) -> list[str]:
        """What starts it; `where` are Granian's options of an address or a socket."""
        return [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", *where),
            *("--workers", str(self.workers), "--blocking-threads", str(self.threads)),
            *("--backpressure", str(self.backpressure), "--backlog", "1024"),
            *("--workers-max-rss", str(self.max_rss), "--respawn-failed-workers"),
            # Seconds: in a reload a new worker is given these to begin, before its forerunner
            # ends; and that one is given those to finish its answers.
            *("--respawn-interval", "6", "--workers-kill-timeout", "30"),
            *("--log-level", "warning", "config.wsgi:application"),
        ]


def number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise ImproperlyConfigured(f"{name} must be a number from 1, not {text!r}.")
    return int(text)
