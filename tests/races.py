"""Many at once, over real HTTP."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

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
