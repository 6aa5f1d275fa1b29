"""The clocks of the shop's processes are two hours fast, or slow, at the same time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from shoppers import at_paypal, invariants, variant
from stage import Stage, celery_beat, celery_worker
from table import Figures, row

import production
import services
from outbox.models import Message
from placing import lapse
from services import Part
from workers import wait_for

BEATS = 75  # seconds, in which each of the sweeps comes at least once


def off(hours: int) -> dict[str, str]:
    library = services.library("faketime/libfaketimeMT.so.1")
    return {"LD_PRELOAD": library, "FAKETIME": f"{hours:+d}h"}


@contextmanager
def wrong_clocks(stage: Stage) -> Iterator[None]:
    """One instance, a worker and the beat two hours fast; the other and a worker two slow."""
    usual = [stage.shop.one, stage.shop.two, stage.worker, stage.beat]
    fast, slow = stage.env | off(2), stage.env | off(-2)
    folder = stage.folder
    wrong = [
        Part(lambda: production.instance("web-1", folder, fast)),
        Part(lambda: production.instance("web-2", folder, slow)),
        Part(lambda: celery_worker(folder, fast, "fast", "--hostname", "fast@localhost")),
        Part(lambda: celery_worker(folder, slow, "slow", "--hostname", "slow@localhost")),
        Part(lambda: celery_beat(folder, fast)),
    ]
    with replaced(usual, wrong):
        yield


@contextmanager
def replaced(usual: list[Part], others: list[Part]) -> Iterator[None]:
    for part in usual:
        part.stop()
    try:
        for part in others:
            part.start()
        yield
    finally:
        for part in others:
            part.stop()
        for part in usual:
            part.start()


@row(
    "clock off by two hours, fast and slow at once",
    "fresh holds do not expire (database time); periodic tasks do not send twice",
)
def two_hours(stage: Stage) -> Figures:
    cup = variant(stage, 20)
    with wrong_clocks(stage):
        held = [at_paypal(stage, cup, email=f"held-{n}@example.com") for n in range(4)]
        paid = [at_paypal(stage, cup, email=f"clock-{n}@example.com") for n in range(4)]
        pages = [each.come_back().text for each in paid]
        time.sleep(BEATS)
        states = {each.state[0] for each in held}
        yield f"4 fresh holds are {', '.join(states)} after {BEATS} s", states == {"awaiting"}
        arrived = sum("Your payment has arrived." in page for page in pages)
        yield f"{arrived} of 4 payments arrived", arrived == 4
        tries = set(Message.objects.filter(to__startswith="clock-").values_list("tries", flat=True))
        came = [mail["To"] for mail in stage.mails() if mail["To"].startswith("clock-")]
        yield f"{len(came)} mails to {len(set(came))} people", len(came) == len(set(came)) == 4
        yield f"tried {sorted(tries)} times", tries == {1}
    lapse(held[0].order)
    began = time.monotonic()
    wait_for(lambda: held[0].state[0] == "expired", 150)
    yield f"right again, beat goes on after {time.monotonic() - began:.0f} s", True
    yield from invariants(stage)
