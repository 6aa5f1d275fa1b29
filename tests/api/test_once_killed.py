"""A server that is killed between a key and its answer: the key is not locked for ever, and what
it was sent with is done once."""

import os
import random
import signal
from functools import partial

import httpx
import pytest
from django.db.models import F

import factories
from api.models import Answer
from api.models.answer import LEASE
from orders.models import Order
from paying import ask, assert_books_agree, insist
from races import at_once, later, meanwhile
from workers import kill_workers, live_long, server_workers, wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(400)]  # servers start anew many times
ROUNDS = 4
KEY = {"Idempotency-Key": "9b2e"}


@pytest.fixture
def cup(transactional_db):
    return factories.variant(stock=50, price=2000)


@pytest.fixture
def guest(racing_shop):
    """Of the shop of two processes, with a session."""
    at = f"{racing_shop.url}/api/v1/"
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=at, headers=headers, timeout=60, trust_env=False) as client:
        client.post("session/").raise_for_status()
        yield client


def add(guest, cup, **headers):
    return guest.post("cart/lines/", json={"variant": cup.pk, "quantity": 2}, headers=headers)


def a_minute_passes():
    Answer.objects.update(claimed_at=F("claimed_at") - LEASE)


def answered_in_the_end(call):
    """As a program does that was told nothing: it asks again, and waits where it is told to."""
    answer = insist(call)
    if answer.status_code == 409:
        assert answer.json()["code"] == "under-way"
        a_minute_passes()
        answer = insist(call)
    assert answer.status_code == 201, answer.text
    again = insist(call)
    assert again.content == answer.content and again.headers["Idempotent-Replayed"] == "true"
    return answer


def kill_one(shop):
    os.kill(server_workers(shop)[0], signal.SIGKILL)


def whole(shop):
    wait_for(lambda: len(server_workers(shop)) == 2)


def test_killed_at_any_instant_a_line_is_added_once(racing_shop, guest, cup):
    chance = random.Random(8)
    for n in range(1, ROUNDS + 1):
        call = partial(add, guest, cup, **{"Idempotency-Key": f"round-{n}"})
        kill = partial(later, chance.uniform(0, 0.1), kill_one, racing_shop)
        at_once([partial(ask, call), kill])
        assert answered_in_the_end(call).json()["count"] == 2 * n
        whole(racing_shop)
    assert guest.get("cart/").json()["count"] == 2 * ROUNDS
    assert Answer.objects.exclude(status=201).count() == 0


def test_killed_while_paypal_is_asked_the_order_is_placed_once(racing_shop, guest, cup, at_paypal):
    method = factories.delivery(price=450)
    add(guest, cup).raise_for_status()
    told = {"email": "ada@example.com", "country": "GB", "method": method.code}
    seen = guest.post("checkout/quote/", json=told).json()["seen"]
    order = {"email": "ada@example.com", "address": dict(factories.ADDRESS), "seen": seen}
    order |= {"method": method.code, "provider": "paypal"}
    call = partial(guest.post, "checkout/", json=order, headers=KEY)
    live_long(racing_shop)
    at_paypal.fault("create", "delay", seconds=3)
    before = asked(at_paypal)
    with meanwhile() as begin:
        first = begin(partial(ask, call))
        wait_for(lambda: asked(at_paypal) > before)
        kill_workers(racing_shop)
        assert first.result() is None
    at_paypal.clear_faults()
    assert Answer.objects.get().status is None
    placed = answered_in_the_end(call).json()
    assert placed["number"] == Order.objects.get().number
    assert guest.get("cart/").json()["count"] == 0
    at_paypal.choose(placed["payment"]["approve_url"].rpartition("=")[2])
    settled = guest.post(f"orders/{placed['number']}/payment/settle/")
    assert settled.json()["state"] == "paid"
    assert_books_agree(at_paypal, {cup: 50})


def asked(paypal):
    return sum(call["call"] == "create" for call in paypal.ledger()["calls"])
