"""Asking a server over its socket, and what its processes work meanwhile."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from itertools import count
from pathlib import Path
from statistics import median, quantiles

HOST = "shop.example"


@dataclass
class Page:
    """What is asked for, again and again."""

    name: str
    socket: Path
    path: str | Callable[[int], str]
    method: str = "GET"
    body: str = ""
    visitors: list[dict[str, str]] = field(default_factory=lambda: [{}])  # headers of each
    before: Callable[[], object] | None = None
    number: Iterator[int] = field(default_factory=count)  # of the request

    def asked(self, time: int) -> tuple[str, str, str | None, dict[str, str]]:
        path = self.path if isinstance(self.path, str) else self.path(time)
        return self.method, path, self.body or None, self.visitors[time % len(self.visitors)]


@dataclass
class Run:
    """Of some seconds: answers a second, their times and the processes' work, in milliseconds."""

    rate: float
    times: list[float]
    server: float
    database: float

    @property
    def p50(self) -> float:
        return median(self.times)

    @property
    def p99(self) -> float:
        return quantiles(self.times, n=100)[98]


class Visitor:
    """One connection that is kept."""

    def __init__(self, path: Path) -> None:
        self.connection = HTTPConnection("localhost", timeout=60)
        self.path = path

    def ask(self, page: Page, time: int = 0) -> tuple[HTTPResponse, bytes]:
        if self.connection.sock is None:
            self.connection.sock = socket.socket(socket.AF_UNIX)
            self.connection.sock.connect(str(self.path))
        *asked, headers = page.asked(time)
        of_nginx = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        self.connection.request(*asked, of_nginx | {"Sec-Fetch-Site": "same-origin"} | headers)
        answer = self.connection.getresponse()
        return answer, answer.read()


def run(page: Page, seconds: float, visitors: int, pids: "Pids") -> Run:
    """Several visitors ask as often as they are answered."""
    times: list[float] = []
    number = page.number
    until = time.monotonic() + seconds

    def visit() -> None:
        visitor = Visitor(page.socket)
        while time.monotonic() < until:
            if page.before:
                page.before()
            began = time.perf_counter()
            answer, _body = visitor.ask(page, next(number))
            times.append((time.perf_counter() - began) * 1000)
            if answer.status not in {200, 303}:
                raise RuntimeError(f"{page.name}: {answer.status}")

    worked = pids.worked()
    began = time.monotonic()
    at_once(visitors, visit)
    took = time.monotonic() - began
    server, database = (now - then for now, then in zip(pids.worked(), worked, strict=True))
    return Run(len(times) / took, times, server / len(times), database / len(times))


def at_once(number: int, work: Callable[[], object]) -> None:
    """In so many threads. Raises what one of them raised: what is measured is never less."""
    with ThreadPoolExecutor(number) as threads:
        for each in [threads.submit(work) for _ in range(number)]:
            each.result()


@dataclass
class Pids:
    """Of a server and of a database: their first processes."""

    server: int
    database: int

    def worked(self) -> tuple[float, float]:
        return worked(self.server), worked(self.database)


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in found for child in file.read_text().split()]


def worked(pid: int) -> float:
    """Milliseconds of CPU that a process and all below it have had, of those that live."""
    own = Path(f"/proc/{pid}/task").glob("*/schedstat")
    nanoseconds = sum(int(file.read_text().split()[0]) for file in own)
    return nanoseconds / 1e6 + sum(map(worked, children(pid)))


def memory(pid: int) -> int:
    """Resident MiB of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024
