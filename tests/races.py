"""Many at once, over real HTTP."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connections

import services

SERVER = {"workers": 2, "threads": 8}


def unguarded(guard: str) -> dict[str, str]:
    """The environment of a server that lacks one of its guards: a control run's."""
    path = os.pathsep.join(str(services.ROOT / folder) for folder in ("src", "tests"))
    return {"DJANGO_SETTINGS_MODULE": f"unguarded.{guard}", "PYTHONPATH": path}


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all calls at the same moment, and give their results in order."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def later(seconds: float, call: Callable[..., Any], *given: Any) -> Any:
    time.sleep(seconds)
    return call(*given)


def in_a_thread(verb: Callable[[], Any]) -> Callable[[], Any]:
    """A verb of the shop for `at_once`: its refusals are results, its connection is closed."""
    from orders.flows.errors import NotEnded, NotSettled, SoldOut

    def run() -> Any:
        try:
            return verb()
        except (NotSettled, SoldOut, NotEnded) as reason:
            return reason
        finally:
            connections.close_all()

    return run


@contextmanager
def meanwhile() -> Iterator[Callable[[Callable[[], Any]], Future]]:
    """`begin(call)` starts it beside the test, which waits for its end however it went."""
    with ThreadPoolExecutor(64) as pool:
        yield pool.submit
