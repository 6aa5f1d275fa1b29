"""The shop is renewed while people are in it, in both ways of docs/operate.md."""

import signal
import time

from shoppers import invariants, visited
from stage import Stage
from table import Figures, row

from production import Instance, leave
from workers import server_workers, wait_for

RATE = 12  # visits a second


def restart(instance: Instance) -> None:
    """As `docker compose up --wait` does: its hook, SIGTERM, a new one, on once it is healthy."""
    assert instance.process
    leave(instance)
    instance.process.send_signal(signal.SIGTERM)
    instance.process.wait(60)
    instance.stop()
    instance.start()


def follow(instance: Instance) -> None:
    """SIGHUP: each worker is followed by a new one."""
    assert instance.process
    before = set(server_workers(instance))
    instance.process.send_signal(signal.SIGHUP)
    wait_for(lambda: not before & set(server_workers(instance)), 120)
    wait_for(lambda: len(server_workers(instance)) == 2, 30)


def rolling(stage: Stage) -> None:
    for each in stage.instances:
        restart(each)


@row("SIGTERM rolling reload under load, then SIGHUP", "no failed request")
def under_load(stage: Stage) -> Figures:
    for name, way in (("SIGTERM", restart), ("SIGHUP", follow)):
        with visited(stage, RATE) as seen:
            time.sleep(3)
            for each in stage.instances:
                way(each)
            time.sleep(6)
        failed = [f"{each.method} {each.path} {each.status}" for each in seen.failed]
        words = f"{name}: {len(failed)} of {len(seen.asked)} requests failed {failed[:3] or ''}"
        yield words.strip(), not failed
    yield from invariants(stage)
