"""Who may wait for a provider, and for how long."""

import threading
import time

import pytest

from payments.provider import Unknown
from payments.turns import Shared, Turns
from races import at_once, later


def hold(turns, seconds):
    with turns.taken():
        time.sleep(seconds)


def test_more_wait_for_their_turn_while_each_is_answered_soon():
    turns = Turns(2, patience=5)
    at_once([lambda: hold(turns, 0.01)] * 8)


def test_nobody_waits_long_for_a_turn_at_one_who_hangs():
    turns, end = Turns(1, patience=0.3), threading.Event()

    def hang():
        with turns.taken():
            end.wait(20)

    thread = threading.Thread(target=hang)
    thread.start()
    time.sleep(0.1)
    waits = []
    for _ in range(3):
        begun = time.monotonic()
        with pytest.raises(Unknown):
            hold(turns, 0)
        waits.append(time.monotonic() - begun)
    end.set()
    thread.join()
    assert waits[0] > 0.1  # there was hope
    assert max(waits[1:]) < 0.1
    hold(turns, 0)  # it answers again


@pytest.mark.parametrize("fails", [False, True], ids=["answered", "failing"])
def test_the_same_question_is_asked_once_and_answered_to_all(fails):
    shared, asked = Shared(), []

    def ask():
        asked.append(1)
        time.sleep(0.3)
        if fails:
            raise Unknown
        return "yes"

    def answer():
        try:
            return shared.ask("the same", ask)
        except Unknown:
            return "unknown"

    answers = at_once([answer] * 8 + [lambda: later(0.05, shared.ask, "another", lambda: "no")])
    assert answers == ["unknown" if fails else "yes"] * 8 + ["no"]
    assert len(asked) == 1
    assert shared.ask("the same", lambda: "again") == "again"
