"""The cache or the broker is killed, hangs, or comes back empty."""

import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from shoppers import invariants, method, pieces, quiet, shopper, variant
from stage import Stage, kill
from table import Figures, row

from members.models import User
from services import Part
from visiting import EMAIL, PASSWORD, member

TIMES = 3  # walks through the shop; the usual time is the quickest of them
PASSES = "browse, cart and checkout answer 200 with under 1 s added; "
KEEPS = "no cart lost; no sign-out undone"


@dataclass
class Walk:
    seconds: dict[str, float]
    statuses: set[int]

    @classmethod
    def through(cls, stage: Stage, cup: Any, email: str) -> "Walk":
        """What a shopper does, each step timed."""
        walk, who = cls({}, set()), shopper(stage)
        walk._time("home", lambda: who.get("/"))
        walk._time("category", lambda: who.get("/c/tea/"))
        walk._time("product", lambda: who.get(f"/p/{cup.product.slug}/"))
        walk._time("add", lambda: who.add(cup))
        walk._time("cart", lambda: who.get("/cart/"))
        walk._time("details", lambda: who.tell(email=email))
        walk._time("delivery", lambda: who.choose(method()))
        walk._time("review", lambda: who.get("/checkout/review/"))
        placed = walk._time("place", lambda: who.place())
        walk._time("order", lambda: who.client.get(placed.headers["Location"]))
        return walk

    def _time(self, step: str, call: Any) -> Any:
        began = time.monotonic()
        answer = call()
        self.seconds[step] = time.monotonic() - began
        self.statuses.add(answer.status_code)
        return answer


def walks(stage: Stage, cup: Any, name: str) -> list[Walk]:
    return [Walk.through(stage, cup, f"{name}-{n}@example.com") for n in range(TIMES)]


def added(before: list[Walk], during: list[Walk]) -> tuple[float, str]:
    """The most that any step took longer, in seconds, and which step."""
    usual = {step: min(walk.seconds[step] for walk in before) for step in before[0].seconds}
    longer = [(walk.seconds[step] - usual[step], step) for walk in during for step in usual]
    return max(longer)


@contextmanager
def away(part: Part, how: int) -> Iterator[None]:
    """Afterwards it is back: as it was if it was stopped, empty if it was killed."""
    kill(part, how)
    try:
        yield
    finally:
        if how == signal.SIGSTOP:
            kill(part, signal.SIGCONT)
        else:
            part.stop()
            part.start()


def without(stage: Stage, part: Part, how: int, name: str) -> Figures:
    cup = variant(stage, 100)
    before = walks(stage, cup, f"before-{name}")
    keeper = shopper(stage)
    keeper.add(cup, 3)
    with away(part, how):
        during = walks(stage, cup, f"during-{name}")
        kept = pieces(keeper)
    time.sleep(2)  # until the servers ask Redis again
    statuses = set[int]().union(*(walk.statuses for walk in during))
    most, step = added(before, during)
    yield f"statuses {', '.join(map(str, sorted(statuses)))}", statuses <= {200, 303}
    yield f"at most {most:.2f} s added ({step})", most < 1
    yield f"a cart of 3 had {kept} meanwhile, {pieces(keeper)} after", kept == pieces(keeper) == 3


def signed_out_meanwhile(stage: Stage, how: int) -> Figures:
    if not User.objects.filter(email=EMAIL).exists():
        member()
    who = shopper(stage)
    signed = who.post("/account/login/", login=EMAIL, password=PASSWORD)
    old = dict(who.client.cookies)
    was_in = who.get("/account/").status_code == 200
    with away(stage.cache, how):
        left = who.post("/account/logout/").status_code
    time.sleep(2)
    late = [shopper(stage, cookies=old).get("/account/").status_code for _ in range(8)]
    yield f"signed in {signed.status_code}, out {left}", was_in and left in {302, 303}
    yield f"with the old cookies {sorted(set(late))} afterwards", set(late) == {302}


@row("cache Redis killed, restarted empty", PASSES + KEEPS)
def cache_killed(stage: Stage) -> Figures:
    yield from without(stage, stage.cache, signal.SIGKILL, "killed")
    yield from signed_out_meanwhile(stage, signal.SIGKILL)
    yield from invariants(stage)


@row("cache Redis stopped (SIGSTOP)", PASSES + KEEPS)
def cache_stopped(stage: Stage) -> Figures:
    yield from without(stage, stage.cache, signal.SIGSTOP, "stopped")
    yield from signed_out_meanwhile(stage, signal.SIGSTOP)
    yield from invariants(stage)


@row("broker Redis killed, restarted empty", PASSES + "mails go out once it is back")
def broker_killed(stage: Stage) -> Figures:
    folder = stage.folder / "broker"
    cup = variant(stage, 100)
    before = walks(stage, cup, "before-broker")
    kill(stage.broker)
    during = walks(stage, cup, "during-broker")
    stage.broker.stop()
    shutil.rmtree(folder)
    folder.mkdir()
    stage.broker.start()
    yield from _of_broker(stage, before, during)


@row("broker Redis stopped (SIGSTOP)", PASSES + "mails go out once it is back")
def broker_stopped(stage: Stage) -> Figures:
    cup = variant(stage, 100)
    before = walks(stage, cup, "before-hang")
    with away(stage.broker, signal.SIGSTOP):
        during = walks(stage, cup, "during-hang")
    yield from _of_broker(stage, before, during)


def _of_broker(stage: Stage, before: list[Walk], during: list[Walk]) -> Figures:
    statuses = set[int]().union(*(walk.statuses for walk in during))
    most, step = added(before, during)
    yield f"statuses {', '.join(map(str, sorted(statuses)))}", statuses <= {200, 303}
    yield f"at most {most:.2f} s added ({step})", most < 1
    yield f"all mails out {quiet(stage):.0f} s after it was back", True
    yield from invariants(stage)
