"""A real worker, a real broker, and what happens without either."""

import time

import pytest

import factories
from outbox.models import Message
from outbox.post import sweep_due
from shopping import Shopper
from workers import mails_to, wait_for, worker

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.mark.parametrize("broker", ["files", "redis"])
def test_a_placed_order_is_mailed_by_the_worker(
    shop_server, database_env, data_dir, redis_url, broker
):
    env = {"BROKER_URL": redis_url} if broker == "redis" else {}
    shop = shop_server(**env)
    buyer = f"worker-{broker}@example.com"
    with worker(data_dir, database_env | env):
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
