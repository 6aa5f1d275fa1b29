"""Processes that are killed, stopped or live in the wrong hour; the shop goes on."""

import os
import random
import signal
import time
from collections import Counter
from functools import partial

import pytest
import redis

import factories
import services
from orders import flows
from orders.models import Attempt, Capture, Order, WebhookEvent
from outbox.models import Message
from outbox.post import sweep_due
from paying import (
    answers,
    arrived,
    ask,
    assert_books_agree,
    begin,
    insist,
    mails,
    time_passes,
    unsent,
    visit,
)
from races import at_once, in_a_thread, later
from shopping import Shopper
from workers import beating, mails_to, server_workers, wait_for, worker

pytestmark = pytest.mark.postgres
PAID = ("paid", ["captured"])
STOCK, ROUNDS = 40, 15


@pytest.fixture
def variant(transactional_db):
    return factories.variant(stock=STOCK, price=2000)


@pytest.fixture
def method(transactional_db):
    return factories.delivery(price=450)


# The web server


def killed_during(shop, call, chance):
    """Kill a process of the server at a random instant of a call.

    Gives whether the call died of it, and for how many seconds nobody answered after it.
    """
    oldest = server_workers(shop)[0]
    kill = partial(later, chance.uniform(0, 0.15), os.kill, oldest, signal.SIGKILL)
    answer, _ = at_once([partial(ask, call), kill])
    killed = time.monotonic()
    wait_for(lambda: answers(shop.url))
    return answer is None, time.monotonic() - killed


def one_round(shop, paypal, variant, method, chance, n):
    """Buy from a server of which a process is killed on the way; gives how that went."""
    shopper = Shopper.over_http(shop.url)
    shopper.prepare(variant, method=method, email=f"round-{n}@example.com")
    place = partial(shopper.place, **shopper.agree(), provider="paypal")
    if n % 2:
        went = killed_during(shop, place, chance)
    purchase = arrived(shopper, paypal, insist(place))
    back = partial(visit, purchase.approve())
    if not n % 2:
        went = killed_during(shop, back, chance)
    assert insist(back).status_code == 200
    wait_for(lambda: len(server_workers(shop)) == 2 and answers(shop.url))
    return went


def test_a_server_process_killed_at_any_instant_loses_and_doubles_nothing(
    racing_shop, at_paypal, variant, method
):
    chance = random.Random(20260)
    rounds = [one_round(racing_shop, at_paypal, variant, method, chance, n) for n in range(ROUNDS)]
    died, silences = zip(*rounds, strict=True)
    print(sum(died), "calls died; silent for at most", round(max(silences), 2), "s")
    assert any(died)
    assert max(silences) < 5 + 10  # a busy machine
    assert Order.objects.count() == ROUNDS
    time_passes()
    flows.reconcile()
    assert Counter(Attempt.objects.values_list("state", flat=True)) == {"captured": ROUNDS}
    assert_books_agree(at_paypal, {variant: STOCK})


# The worker


def test_a_worker_killed_while_it_takes_money_leaves_it_to_the_next(
    buy, racing_shop, racing_env, at_paypal, data_dir
):
    purchase = buy()
    at_paypal.fault("capture", "delay", when="after", seconds=3)
    with worker(data_dir, racing_env) as first:
        at_paypal.deliver_to(f"{racing_shop.url}/webhooks/paypal/")
        at_paypal.approve(purchase.number)
        wait_for(lambda: purchase.taken)
        first.kill()
    at_paypal.deliver_to("")
    assert purchase.state == ("awaiting", ["capturing"])
    assert WebhookEvent.objects.filter(handled_at=None).exists()
    with beating(data_dir, racing_env):
        time_passes()
        wait_for(lambda: purchase.state == PAID)
        wait_for(lambda: unsent() == 0)
    assert purchase.taken == [2450]
    assert Capture.objects.count() == len(mails_to(data_dir, purchase.order.email)) == 1
    assert_books_agree(at_paypal)


# The broker


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL], ids=["stopped", "killed"])
def test_without_its_broker_the_shop_sells_as_quickly(
    shop_server, paypal_env, at_paypal, variant, method, tmp_path, how
):
    with services.redis(tmp_path) as url:
        shop = shop_server(BROKER_URL=url, **paypal_env)
        usual = buying(shop, at_paypal, variant, method, "usual@example.com")
        pid = redis.Redis.from_url(url).info()["process_id"]
        os.kill(pid, how)
        try:
            without = buying(shop, at_paypal, variant, method, "without@example.com")
        finally:
            if how == signal.SIGSTOP:
                os.kill(pid, signal.SIGCONT)
    print("place and pay", *(f"{seconds:.2f}" for seconds in (*usual, *without)))
    assert all(b < a + 2 for a, b in zip(usual, without, strict=True))
    assert len(mails("paid")) == 2
    sweep_due()
    assert unsent() == 0
    assert_books_agree(at_paypal, {variant: STOCK})


def buying(shop, paypal, variant, method, email):
    """How long it took to place an order, and to come back from PayPal."""
    shopper = Shopper.over_http(shop.url)
    shopper.prepare(variant, method=method, email=email)
    form = shopper.agree()
    begun = time.monotonic()
    answer = shopper.place(**form, provider="paypal")
    placed = time.monotonic()
    purchase = arrived(shopper, paypal, answer)
    back = purchase.approve()
    led = time.monotonic()
    assert "Your payment has arrived." in visit(back).text
    return placed - begun, time.monotonic() - led


# The clock


def hours_off(hours):
    """The environment of a process whose clock is wrong."""
    return {
        "LD_PRELOAD": services.library("faketime/libfaketimeMT.so.1"),
        "FAKETIME": f"{hours:+d}h",
    }


@pytest.mark.parametrize("hours", [2, -2])
def test_a_clock_that_is_off_by_two_hours_ends_no_hold_and_sends_nothing_twice(
    shop_server, racing_env, at_paypal, data_dir, variant, method, hours
):
    off = racing_env | hours_off(hours)
    shop = shop_server(**off)
    first = begin(shop.url, at_paypal, variant, method=method, email=f"paid{hours}@example.com")
    second = begin(shop.url, at_paypal, variant, method=method, email=f"held{hours}@example.com")
    with beating(data_dir, off):
        assert "Your payment has arrived." in first.come_back().text
        wait_for(lambda: unsent() == 0)
        at_once([in_a_thread(verb) for verb in (flows.reconcile, flows.expire, sweep_due)] * 3)
        time.sleep(2.5)  # two beats of the other clock
    assert first.state == PAID
    assert second.state == ("awaiting", ["created"])
    assert second.order.lines.get().held == 1
    assert set(Message.objects.values_list("tries", flat=True)) == {1}
    assert len(mails_to(data_dir, first.order.email)) == 1
    assert_books_agree(at_paypal, {variant: STOCK})
