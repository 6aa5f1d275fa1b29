"""Pieces in the memory of a process: drawn once, and never older than the shop's version."""

import pytest

from cache import near
from cache.near import piece
from cache.versions import SHOP, changed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.outside]


@pytest.fixture
def drawn(kept):
    """`drawn(name)` is a piece; `drawn.times` says how often one was drawn."""

    def get(name="menu"):
        return piece(name, draw)

    def draw():
        get.times += 1
        return f"drawn {get.times}"

    get.times = 0
    near._pieces.clear()
    yield get
    near._pieces.clear()


def test_a_piece_is_drawn_once_and_redis_is_not_asked_for_it_again(drawn, kept):
    assert drawn() == drawn() == "drawn 1"
    for key in kept.redis.keys("*:menu"):
        kept.redis.delete(key)
    assert drawn() == "drawn 1"


def test_another_process_has_it_from_redis(drawn):
    drawn()
    near._pieces.clear()
    assert drawn() == "drawn 1"


def test_a_change_begins_it_anew_at_once(drawn):
    drawn()
    changed(SHOP)
    assert drawn() == "drawn 2"


def test_what_was_not_asked_for_longest_is_dropped_first(drawn, monkeypatch):
    monkeypatch.setattr(near, "MOST", 2)
    for name in ("menu", "foot", "menu", "search"):
        drawn(name)
    assert [key.rpartition(":")[2] for key in near._pieces] == ["menu", "search"]


def test_it_is_asked_for_anew_after_its_time(drawn, kept, monkeypatch):
    monkeypatch.setattr(near, "FRESH", 0.0)
    drawn()
    kept.redis.delete(*kept.redis.keys("*:menu"))
    assert drawn() == "drawn 2"
