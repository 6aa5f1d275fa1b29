"""The visitors of `just faults`: they browse, fill carts and buy, and see what fails."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from load import Load
from mix import Goods

import factories
from catalog.models import Category, Product
from orders.models import DeliveryMethod, Order

pytestmark = pytest.mark.outside


@pytest.fixture
def load(shop):
    goods = Goods(
        categories=list(Category.objects.values_list("slug", flat=True)),
        products=list(Product.objects.values_list("slug", flat=True)),
        variants=[factories.variant(stock=None).pk for _ in range(3)],
        method=next(m.code for m in DeliveryMethod.objects.all() if "GB" in m.countries),
        details=dict(factories.details()),
        paypal="http://127.0.0.1:9",
    )
    return Load(shop.url, shop.folder / "tls/fullchain.pem", goods)


def apart(work, *args, **more):
    """In a thread of its own: a browser's tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work, *args, **more).result()


def test_they_come_by_nginx_and_nothing_fails(load):
    seen = apart(load.for_seconds, 5, visitors=4)
    assert [(each.method, each.path, each.status) for each in seen.failed] == []
    assert {each.kind for each in seen.asked} >= {"browse", "cart"}
    assert seen.visits > 4
    assert max(each.seconds for each in seen.asked) < 30


def test_they_come_as_often_as_is_told(load):
    with load.beside(rate=5) as seen:
        time.sleep(2)
    assert 2 <= seen.visits <= 25
    assert seen.failed == []


def test_they_buy(load):
    buyer = load.browser(apart(load.for_seconds, 0, visitors=0))
    apart(asyncio.run, load.visits.checkout(buyer))
    order = Order.objects.get()
    assert (order.email, order.state) == ("buyer-1@example.com", "awaiting")
    assert buyer.asked[-1].path.startswith(f"/orders/{order.number}/")
    assert "__Host-sessionid" in buyer.cookies


def test_they_see_what_fails(load, shop):
    shop.one.stop()
    shop.two.stop()
    seen = apart(load.for_seconds, 0.5, visitors=1)
    assert {each.status for each in seen.failed} == {503}
