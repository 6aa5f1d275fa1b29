"""Workers that are killed at any instant: no letter goes out twice, and none is forgotten.

`KILLS=100 TEST_DATABASE=postgresql pytest -s tests/campaigns/test_killed.py` is the long form. Who
is killed is given up after seconds here; `just faults --only campaign` has production's waits.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager

import pytest

import services
from campaigning import begun, campaign, readers, states
from campaigns.models import Delivery
from workers import wait_for, worker

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
KILLS = int(os.environ.get("KILLS", "5"))
LONG = KILLS >= 50
LETTERS = 1000 if LONG else 160
DELAY = "0.12" if LONG else "0.05"  # seconds that the server takes with a letter
RESUMED_WITHIN = 120  # seconds
SENDERS = 4  # at once, where there are two workers


@pytest.fixture
def world(redis_url, database_env, data_dir, tmp_path, sink):
    """A mail server that takes its time, and what processes need to send to it."""
    server = sink("--delay", DELAY)
    env = database_env | {"BROKER_URL": redis_url, "LETTERS_EMAIL_URL": server.url}
    env["DJANGO_SETTINGS_MODULE"] = "hurried_letters"
    return server, env, data_dir


@contextmanager
def beat(env, data_dir):
    """A beat of its own, which nobody kills."""
    schedule = data_dir / f"beat-{services.free_port()}"
    command = [sys.executable, "-m", "celery", "-A", "hurried", "beat", "--pidfile="]
    path = os.pathsep.join(str(services.ROOT / folder) for folder in ("src", "tests"))
    with services.running(
        [*command, "--schedule", str(schedule)],
        ready=lambda: True,
        log=data_dir / "beat.log",
        env=os.environ | {"PYTHONPATH": path} | env,
    ):
        yield


def sending_worker(env, data_dir):
    return worker(data_dir, env, "-P", "prefork", "--concurrency", "2", "-O", "fair", app="hurried")


def children(process):
    found = subprocess.run(
        ["ps", "--ppid", str(process.pid), "-o", "pid="], capture_output=True, text=True
    )
    return [int(pid) for pid in found.stdout.split()]


def kill_child(process, chance):
    if pids := children(process):
        os.kill(chance.choice(pids), signal.SIGKILL)


def kill_all(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def resumed(server, before):
    """Seconds until the server has accepted more than before, unless all is done."""
    begin = time.monotonic()
    wait_for(
        lambda: len(server.accepted()) > before or not Delivery.objects.unfinished().exists(),
        RESUMED_WITHIN,
    )
    return time.monotonic() - begin


def kill_at_random(server, env, data_dir, stack):
    """Kill a child, and each fourth time the whole worker, at random instants; gives the waits."""
    chance, waits = random.Random(7), []
    process = stack.enter_context(sending_worker(env, data_dir))
    wait_for(lambda: server.accepted())
    for n in range(KILLS):
        time.sleep(chance.uniform(0, 0.7))
        before = len(server.accepted())
        if n % 4 == 3:
            kill_all(process)
            process = stack.enter_context(sending_worker(env, data_dir))
        else:
            kill_child(process, chance)
        waits.append(resumed(server, before))
    return waits


def assert_accounted_for(made, server, most_unknown):
    """Each letter is accepted or not known, and none was accepted twice."""
    found = states(made)
    accepted = Counter(name for _to, name in server.accepted())
    assert found.get("sent", 0) + found.get("unknown", 0) == LETTERS, found
    assert found.get("unknown", 0) <= most_unknown, found
    assert max(accepted.values()) == 1
    sent = {each.message_id for each in made.deliveries.filter(state="sent")}
    unknown = {each.message_id for each in made.deliveries.filter(state="unknown")}
    assert sent <= set(accepted) <= sent | unknown


def ended(made):
    made.refresh_from_db()
    return made.state == "sent"


@pytest.mark.timeout(1500 if LONG else 240)
def test_senders_killed_at_random_instants_send_nothing_twice_and_forget_nothing(world):
    server, env, data_dir = world
    readers(LETTERS)
    made = begun()
    with ExitStack() as stack:
        stack.enter_context(beat(env, data_dir))
        waits = kill_at_random(server, env, data_dir, stack)
        wait_for(lambda: ended(made), 600 if LONG else 120)
    print(f"{KILLS} kills: {states(made)}; resumed within {max(waits):.1f} s at most")
    assert_accounted_for(made, server, 2 * KILLS)
    assert max(waits) < RESUMED_WITHIN


@pytest.mark.timeout(240)
def test_two_workers_and_two_beats_send_nothing_twice_and_a_pause_stops_them(world):
    server, env, data_dir = world
    readers(LETTERS)
    made = campaign()
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(beat(env, data_dir))
            stack.enter_context(sending_worker(env | {"LETTERS_AT_ONCE": str(SENDERS)}, data_dir))
        made.begin()
        wait_for(lambda: len(server.accepted()) > 20)
        made.pause(None)
        before = len(server.accepted())
        time.sleep(1.5)  # in which the beats have swept
        paused = len(server.accepted())
        assert paused <= before + SENDERS  # those that were being handed over
        time.sleep(0.5)
        assert len(server.accepted()) == paused < LETTERS
        made.resume(None)
        wait_for(lambda: ended(made), 200)
    assert states(made) == {"sent": LETTERS}
    assert_accounted_for(made, server, 0)
