"""Minutes of mixed load at four fifths of what the shop can do, in which things happen to it."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import shoppers
from books import Books
from load import SHARES, Load, Seen
from reload import rolling
from stage import Stage, kill
from table import Figures, Row

from orders.models import Order
from workers import server_workers

SHARE = 0.8  # of capacity
AT_ONCE = 12  # visitors of the closed loop that finds capacity
WARM_UP, CAPACITY = 10, 30  # seconds
GROWTH = 12  # MiB a worker may grow from the middle to the end, once it is warm


@dataclass
class Memory:
    """MiB of each process of the servers."""

    at: dict[str, dict[int, int]] = field(default_factory=dict)

    def look(self, stage: Stage, when: str) -> None:
        pids = [pid for each in stage.instances for pid in server_workers(each)]
        self.at[when] = {pid: resident(pid) for pid in pids}

    def growth(self) -> list[int]:
        """Of each that was there in the middle and in the end."""
        middle, end = self.at["middle"], self.at["end"]
        return [end[pid] - middle[pid] for pid in end if pid in middle]

    def __str__(self) -> str:
        return ", ".join(f"{when} {list(found.values())}" for when, found in self.at.items())


def resident(pid: int) -> int:
    """MiB."""
    with open(f"/proc/{pid}/status") as status:
        return int(status.read().partition("VmRSS:")[2].split()[0]) // 1024


@dataclass
class Killing:
    """`kill -9` of one worker; when that was."""

    stage: Stage
    moments: list[float] = field(default_factory=list)

    def __call__(self) -> None:
        pid = server_workers(self.stage.shop.one)[0]
        self.moments.append(time.monotonic())
        os.kill(pid, signal.SIGKILL)


def restart_cache(stage: Stage) -> None:
    kill(stage.cache)
    time.sleep(2)
    stage.cache.stop()
    stage.cache.start()


def capacity(load: Load) -> Seen:
    load.for_seconds(WARM_UP, AT_ONCE)
    return load.for_seconds(CAPACITY, AT_ONCE)


def run(stage: Stage, minutes: float) -> Figures:
    load, memory, killing = shoppers.load(stage), Memory(), Killing(stage)
    found = capacity(load)
    most = found.visits / found.seconds
    yield f"capacity {most:.1f} visits a second ({found.of()})", not found.failed
    _remember(stage)
    memory.look(stage, "start")
    events: dict[float, Callable[[], None]] = {
        0.1: partial(rolling, stage),
        0.35: killing,
        0.5: partial(restart_cache, stage),
        0.65: partial(memory.look, stage, "middle"),
        1: partial(memory.look, stage, "end"),
    }
    with load.beside(most * SHARE) as seen:
        _let_happen(events, minutes * 60)
    yield from _told(seen, most * SHARE)
    inside, outside = shoppers.in_flight(seen, killing.moments)
    yield f"{inside} failed in flight at the kill", True
    others = [f"{each.method} {each.path} {each.status}" for each in seen.failed][:5]
    yield f"{outside} others failed {others if outside else ''}".strip(), outside == 0
    yield f"MiB of the server's workers: {memory}", True
    grown = memory.growth()
    yield f"grown by {grown} from the middle on", len(grown) == 4 and max(grown) <= GROWTH
    yield f"{Order.objects.count()} orders", True
    yield from shoppers.invariants(stage, 600)


def _remember(stage: Stage) -> None:
    """What has been ordered till now, which is compared in the end."""
    Books(stage.paypal, stage.should_be, stage.snapshots).broken()


def _let_happen(events: dict[float, Callable[[], None]], seconds: float) -> None:
    began = time.monotonic()
    for share, event in events.items():
        time.sleep(max(0, began + share * seconds - time.monotonic()))
        event()


def _told(seen: Seen, rate: float) -> Figures:
    real = seen.visits / seen.seconds
    requests = len(seen.asked) / seen.seconds
    yield f"{seen.visits} visits, {real:.1f} a second of {rate:.1f}", real > 0.95 * rate
    yield f"{len(seen.asked)} requests, {requests:.0f} a second", True
    for kind in SHARES:
        yield f"{kind}: {seen.of(kind)}", True
    yield f"the load itself late by {seen.late * 1000:.0f} ms at most", True


def row(minutes: float) -> Row:
    return Row(
        f"{minutes:g} minutes at 80 % of capacity, with a rolling reload, a worker killed and "
        "Redis restarted empty",
        f"no failed request but those in flight at the kill; all invariants hold; workers grow by "
        f"at most {GROWTH} MiB once warm",
        lambda stage: run(stage, minutes),
    )
