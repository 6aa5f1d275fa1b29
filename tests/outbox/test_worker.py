"""A real worker, a real broker, and what happens without either."""

import email
import email.policy
import os
import sys
import time
from contextlib import contextmanager

import pytest
from django.db import connection

import factories
import services
from outbox.models import Message
from outbox.post import sweep_due
from shopping import Shopper

NOWHERE = "redis://127.0.0.1:1/0"


@contextmanager
def worker(data_dir, **env):
    """Celery as the demo and production start it, on the test database."""
    if connection.vendor == "postgresql":
        base = os.environ["DATABASE_URL"].rpartition("/")[0]
        env["DATABASE_URL"] = f"{base}/{connection.settings_dict['NAME']}"
    log = data_dir / f"worker-{services.free_port()}.log"
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-P", "solo"]
    command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    env = os.environ | {"PYTHONPATH": str(services.ROOT / "src")} | env
    ready = lambda: log.exists() and " ready." in log.read_text()  # noqa: E731
    with services.running(command, ready=ready, log=log, env=env):
        yield
    print(log.read_text())  # pytest shows it on failure


def wait_for(what, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


def mails_to(data_dir, address):
    found = []
    for path in (data_dir / "mail").glob("*.eml"):
        with path.open("rb") as file:
            message = email.message_from_binary_file(file, policy=email.policy.default)
        if message["To"] == address:
            found.append(message)
    return found


@pytest.mark.parametrize("broker", ["files", "redis"])
def test_a_placed_order_is_mailed_by_the_worker(shop_server, data_dir, redis_url, broker):
    env = {"BROKER_URL": redis_url} if broker == "redis" else {}
    shop = shop_server(**env)
    buyer = f"worker-{broker}@example.com"
    with worker(data_dir, **env):
        answer = Shopper.over_http(shop.url).buy(
            factories.variant(), method=factories.delivery(), email=buyer
        )
        assert answer.status_code == 303
        message = wait_for(lambda: Message.objects.filter(sent_at__isnull=False, to=buyer).first())
    [received] = mails_to(data_dir, buyer)
    assert received["Message-ID"] == message.message_id
    assert {part.get_content_type() for part in received.iter_parts()} == {
        "text/plain",
        "text/html",
    }
    assert f"{shop.url}/orders/" in received.get_body(("plain",)).get_content()
    assert message.tries == 1


def test_an_order_is_placed_though_the_broker_is_down(shop_server, mailoutbox):
    shop = shop_server(BROKER_URL=NOWHERE)
    shopper = Shopper.over_http(shop.url)
    shopper.prepare(factories.variant(), method=factories.delivery())
    form = shopper.agree()
    begun = time.monotonic()
    assert shopper.place(**form).status_code == 303
    assert time.monotonic() - begun < 2
    message = Message.objects.get()
    assert message.sent_at is None
    sweep_due()
    assert [sent.to for sent in mailoutbox] == [[message.to]]
