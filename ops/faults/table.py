"""The rows: a fault, what passes, and what is measured; each is printed in one line."""

import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

# What a row yields: words with a figure in them, and whether that is good.
Figures = Iterator[tuple[str, bool]]
ROWS: list["Row"] = []


class NotMeasured(Exception):
    """It cannot be measured here; why."""


@dataclass
class Row:
    fault: str
    passes: str
    run: Callable[[Any], Figures]


def row(fault: str, passes: str) -> Callable[[Callable[[Any], Figures]], Callable[[Any], Figures]]:
    def noted(run: Callable[[Any], Figures]) -> Callable[[Any], Figures]:
        ROWS.append(Row(fault, passes, run))
        return run

    return noted


def show(each: Row, stage: Any) -> bool:
    """Run a row and print it; whether it passed."""
    began = time.monotonic()
    verdict, told = "pass", []
    try:
        for words, good in each.run(stage):
            told.append(words if good else f"NOT {words}")
            verdict = verdict if good else "FAIL"
    except NotMeasured as why:
        verdict, told = "not measured", [str(why)]
    except Exception as error:
        verdict = "FAIL"
        told.append(f"{type(error).__name__}: {error}"[:400])
        traceback.print_exc()
    took = f"{time.monotonic() - began:.0f} s"
    print(f"| {each.fault} | {each.passes} | {'; '.join(told)} | {took} | {verdict} |", flush=True)
    return verdict == "pass"
