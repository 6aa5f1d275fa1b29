"""A process of the server is killed while somebody places an order or comes back from PayPal."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from shoppers import in_flight, invariants, method, shopper, variant, visited
from stage import Stage
from table import Figures, row

from orders.models import Order
from paying import answers, arrived, ask, insist, visit
from races import at_once, later
from workers import server_workers, wait_for

ROUNDS = 12
APART = 6  # seconds; Granian ends if two of its workers die within 5.5


@dataclass
class Round:
    died: bool  # the call that was under way
    silent: float  # seconds until the next was answered
    same: bool  # posted again, it led to one order


@dataclass
class Killer:
    stage: Stage
    chance: Random = field(default_factory=lambda: Random(20260))
    moments: list[float] = field(default_factory=list)

    def during(self, call: Callable[[], Any]) -> tuple[bool, float]:
        """Kill one of two workers of each instance at a random instant of the call."""
        pids = [server_workers(each)[0] for each in self.stage.instances]
        kill = partial(later, self.chance.uniform(0, 0.1), self._kill, pids)
        answer, _ = at_once([partial(ask, call), kill])
        wait_for(lambda: answers(self.stage.shop.url))
        died = answer is None or answer.status_code >= 500
        return died, time.monotonic() - self.moments[-1]

    def _kill(self, pids: list[int]) -> None:
        self.moments.append(time.monotonic())
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def wait(self) -> None:
        workers = lambda: [len(server_workers(each)) for each in self.stage.instances]  # noqa: E731
        wait_for(lambda: workers() == [2, 2] and time.monotonic() > self.moments[-1] + APART, 60)


def one_round(stage: Stage, cup: Any, killer: Killer, n: int) -> Round:
    buyer = shopper(stage)
    buyer.prepare(cup, method=method(), email=f"killed-{n}@example.com")
    place = partial(buyer.place, **buyer.agree(), provider="paypal")
    if n % 2:
        died, silent = killer.during(place)
    purchase = arrived(buyer, stage.paypal, insist(place))
    back = partial(visit, purchase.approve())
    if not n % 2:
        died, silent = killer.during(back)
    insist(back)
    # After it is paid the same post leads to the order's page instead of PayPal's.
    again = insist(place).headers["Location"]
    killer.wait()
    return Round(died, silent, purchase.order.number in again)


@row(
    "kill -9 of a Granian worker of each instance during place or settle, at random instants",
    "answers within 5 s; only requests in flight fail; posting again reaches the same order",
)
def killed(stage: Stage) -> Figures:
    cup, killer = variant(stage, 100), Killer(stage)
    with visited(stage, rate=5) as seen:
        rounds = [one_round(stage, cup, killer, n) for n in range(ROUNDS)]
    silent = max(each.silent for each in rounds)
    inside, outside = in_flight(seen, killer.moments)
    orders = Order.objects.filter(email__startswith="killed-").count()
    yield f"{sum(each.died for each in rounds)} of {ROUNDS} calls died", True
    yield f"silent for at most {silent:.2f} s", silent < 5
    yield f"of {len(seen.asked)} other requests {inside} in flight failed", True
    yield f"{outside} others", outside == 0
    yield f"{orders} orders of {ROUNDS} shoppers", orders == ROUNDS
    yield "posting again reached the same", all(each.same for each in rounds)
    yield from invariants(stage)
