"""A limit on how many threads of a process wait for a provider: the others are for other pages."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from payments.provider import Unknown


class Turns:
    def __init__(self, at_once: int, patience: float) -> None:
        """`at_once` calls are under way; more wait, while each is answered within `patience` s."""
        self._free = threading.BoundedSemaphore(at_once)
        self._patience = patience
        self._begun: list[float] = []
        self._last = 0.0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Raises Unknown where it is not one's turn soon."""
        if not self._free.acquire(timeout=max(0, self._patience - self._slowest())):
            raise Unknown("too many wait for an answer")
        begun = time.monotonic()
        self._begun.append(begun)
        try:
            yield
        finally:
            self._begun.remove(begun)
            self._last = time.monotonic() - begun
            self._free.release()

    def _slowest(self) -> float:
        """How long the calls under way and the last one have taken, in seconds."""
        now = time.monotonic()
        return max(self._last, *(now - begun for begun in list(self._begun)), 0.0)


class Shared:
    """The same question by many threads at once is asked once, and the answer given to all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[str, Future[Any]] = {}

    def ask(self, key: str, call: Callable[[], Any]) -> Any:
        """Raises what the call raises."""
        with self._lock:
            answer = self._asked.get(key)
            if first := answer is None:
                answer = self._asked[key] = Future()
        if first:
            try:
                answer.set_result(call())
            except BaseException as error:  # whoever waits is told as well
                answer.set_exception(error)
            finally:
                with self._lock:
                    del self._asked[key]
        return answer.result()
