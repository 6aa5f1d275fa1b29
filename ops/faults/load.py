"""Visitors: as many as are told (a closed loop), or as often as is told (an open one)."""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

from browser import Asked, Browser, Failed, address
from mix import Goods, Visits

SHARES = {"browse": 80, "cart": 15, "checkout": 5}  # of a hundred visits
KNOWN = 40  # browsers that come again and again


@dataclass
class Seen:
    """What was asked and answered."""

    asked: list[Asked] = field(default_factory=list)
    visits: int = 0  # begun
    late: float = 0  # seconds by which the generator itself was behind, at most
    seconds: float = 0

    @property
    def failed(self) -> list[Asked]:
        return [each for each in self.asked if each.failed]

    def times(self, *kinds: str) -> list[float]:
        """Milliseconds of what was answered by the shop."""
        kinds = kinds or tuple(SHARES)
        return [each.seconds * 1000 for each in self.asked if each.kind in kinds]

    def of(self, *kinds: str) -> str:
        times = self.times(*kinds)
        return f"p50 {median(times):.0f} ms, p99 {p99(times):.0f} ms"

    def between(self, began: float, ended: float) -> "Seen":
        """Those that began in it."""
        return Seen([each for each in self.asked if began <= each.began < ended])


def p99(times: list[float]) -> float:
    return quantiles(times, n=100)[98] if len(times) > 1 else max(times, default=0)


class Load:
    def __init__(self, url: str, certificate: Path, goods: Goods) -> None:
        self.url, self.goods = url, goods
        self.trusted = ssl.create_default_context(cafile=str(certificate))
        self.visits = Visits(goods)
        self.chance = Random(5)
        self.known: list[Browser] = []

    def browser(self, seen: Seen) -> Browser:
        return Browser(self.url, address(), self.trusted, seen.asked)

    async def closed(self, seen: Seen, visitors: int, over: Callable[[], bool]) -> None:
        """Each visits as soon as the visit before is over."""

        async def come_again() -> None:
            while not over():
                await self._visit(seen)

        began = time.monotonic()
        await asyncio.gather(*(come_again() for _ in range(visitors)))
        seen.seconds = time.monotonic() - began

    async def open(self, seen: Seen, rate: float, over: Callable[[], bool]) -> None:
        """Visits begin at random, `rate` a second, however long others take."""
        due = began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            while not over():
                due += self.chance.expovariate(rate)
                if (wait := due - time.monotonic()) > 0:
                    await asyncio.sleep(wait)
                seen.late = max(seen.late, time.monotonic() - due)
                group.create_task(self._visit(seen, due))
            seen.seconds = time.monotonic() - began

    async def _visit(self, seen: Seen, since: float | None = None) -> None:
        seen.visits += 1
        [kind] = self.chance.choices(list(SHARES), list(SHARES.values()))
        is_new = kind == "checkout" or not self.known
        if not is_new and len(self.known) < KNOWN:
            is_new = self.chance.random() < 0.1
        browser = self.browser(seen) if is_new else self._known(seen)
        with suppress(Failed):
            await getattr(self.visits, kind)(browser, since)
        if kind == "checkout" or len(self.known) >= KNOWN:
            browser.close()
        else:
            self.known.append(browser)

    def _known(self, seen: Seen) -> Browser:
        browser = self.known.pop(self.chance.randrange(len(self.known)))
        browser.asked = seen.asked
        return browser

    def for_seconds(self, seconds: float, visitors: int) -> Seen:
        """A closed loop, to its end."""
        until = time.monotonic() + seconds
        seen = Seen()
        self._run(self.closed(seen, visitors, lambda: time.monotonic() > until))
        return seen

    @contextmanager
    def beside(self, rate: float) -> Iterator[Seen]:
        """An open loop in a thread of its own, while the block runs."""
        seen, end = Seen(), threading.Event()
        thread = threading.Thread(target=self._run, args=[self.open(seen, rate, end.is_set)])
        thread.start()
        try:
            yield seen
        finally:
            end.set()
            thread.join()

    def _run(self, visits: Coroutine[Any, Any, None]) -> None:
        """Connections live as long as their loop; cookies stay."""

        async def run() -> None:
            try:
                await visits
            finally:
                for browser in self.known:
                    browser.close()

        asyncio.run(run())
