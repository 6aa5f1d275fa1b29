"""PayPal answers after 30 seconds, and 30 shoppers want to pay."""

import threading
import time
from functools import partial
from typing import Any

from database_away import buyers
from load import Seen, p99
from shoppers import invariants, variant, visited
from stage import Stage
from table import Figures, row

from paying import longest_idle, timed
from races import later, meanwhile

STUCK, LATENCY = 30, 30  # checkouts; seconds
RATE, BESIDE = 12, 20  # other visits a second, and for how many seconds at least
OTHERS = ("browse", "cart")


def checked_out(stage: Stage, places: list[Any]) -> tuple[Seen, list[Any], float]:
    """Other visitors' requests meanwhile, (answer, seconds) of each, the longest idle time."""
    end = threading.Event()
    with meanwhile() as beside, visited(stage, RATE) as seen:
        time.sleep(3)
        began = time.monotonic()
        watch = beside(partial(longest_idle, stage.env["DATABASE_URL"], end))
        timing = [partial(timed, partial(place, provider="paypal")) for place in places]
        calls = [beside(partial(later, n * 0.1, call)) for n, call in enumerate(timing)]
        answers = [call.result() for call in calls]
        time.sleep(max(0, began + BESIDE - time.monotonic()))
        end.set()
        ended = time.monotonic()
    return seen.between(began, ended), answers, watch.result()


@row(
    "PayPal with 30 s latency, 30 checkouts stuck",
    "the page answers within 12 s; no transaction idle over 1 s; others' p99 under twice the usual",
)
def slow(stage: Stage) -> Figures:
    shelf = variant(stage, 1000)
    before, after = (buyers(stage, shelf, name, STUCK) for name in ("quick", "stuck"))
    usual, _, _ = checked_out(stage, before)
    stage.paypal.fault("create", "delay", seconds=LATENCY, times=0)
    seen, answers, idle = checked_out(stage, after)
    stage.paypal.clear_faults()
    slowest = max(seconds for _, seconds in answers)
    times, during = p99(usual.times(*OTHERS)), p99(seen.times(*OTHERS))
    statuses = {answer.status_code for answer, _ in answers}
    yield f"statuses {sorted(statuses)}", statuses == {303}
    yield f"the slowest page in {slowest:.1f} s", slowest < 12
    yield f"idle in a transaction for at most {idle:.2f} s", idle < 1
    ratio = during / times
    words = f"others' p99 {during:.0f} ms of {len(seen.times(*OTHERS))}, usually {times:.0f} ms"
    yield f"{words}: {ratio:.1f} times", ratio < 2
    failed = len(seen.failed)
    yield f"{failed} of the others failed", failed == 0
    yield from invariants(stage)
