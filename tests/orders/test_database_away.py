"""A database that goes away and comes back: a plain 503 meanwhile, and nothing by halves."""

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from functools import partial
from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection

import services
from dom import parse
from paying import visit
from races import later
from shopping import Shopper

pytestmark = [pytest.mark.postgres, pytest.mark.outside]
STOCK, BUYERS = 50, 12

# In a process of its own, for this one has the tests' database.
FURNISH = f"""
import django, json
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
import factories
variant = factories.variant(stock={STOCK})
print(json.dumps([variant.pk, variant.product.slug, factories.delivery().code]))
"""


@pytest.fixture
def away(data_dir):
    """A shop with a database of its own: (shop, its cluster's `up` and `down`, what it sells)."""
    with services.cluster() as cluster, ExitStack() as stack:
        up = lambda: stack.enter_context(cluster.run())  # noqa: E731
        up()
        with psycopg.connect(f"{cluster.url}/postgres", autocommit=True) as first:
            first.execute("CREATE DATABASE shop")
        path = os.pathsep.join(str(services.ROOT / folder) for folder in ("src", "tests"))
        env = {"DATABASE_URL": f"{cluster.url}/shop", "PYTHONPATH": path}
        known = os.environ | env | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        made = subprocess.check_output([sys.executable, "-c", FURNISH], env=known, text=True)
        pk, slug, code = json.loads(made.splitlines()[-1])
        goods = SimpleNamespace(pk=pk, slug=slug, method=SimpleNamespace(code=code))
        with services.shop(data_dir, workers=2, threads=4, env=env) as shop:
            yield SimpleNamespace(
                url=shop.url, up=up, down=stack.close, goods=goods, database=f"{cluster.url}/shop"
            )


def counted(database):
    """(orders, pieces held, pieces on the shelf)"""
    with psycopg.connect(database) as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM orders_order), "
            "(SELECT coalesce(sum(held), 0) FROM orders_orderline), "
            "(SELECT sum(stock) FROM catalog_variant)"
        ).fetchone()


def test_a_database_that_is_restarted_costs_no_order_and_is_told_plainly(away, beside):
    buyers, places = [Shopper.over_http(away.url) for _ in range(BUYERS)], []
    for n, buyer in enumerate(buyers):
        buyer.prepare(away.goods, method=away.goods.method, email=f"buyer-{n}@example.com")
        places.append(partial(buyer.place, **buyer.agree()))
    under_way = [beside(partial(later, 0.02 * n, place)) for n, place in enumerate(places)]
    under_way[2].result()
    away.down()
    assert {call.result().status_code for call in under_way} <= {303, 503}
    assert_told_plainly(away)
    away.up()
    for path in ("/", f"/p/{away.goods.slug}/", "/zh-hant/", "/cart/") * 5:
        assert visit(away.url + path).status_code == 200
    assert {place().status_code for place in places} == {303}
    assert {place().status_code for place in places} == {303}
    assert counted(away.database) == (BUYERS, BUYERS, STOCK - BUYERS)


def assert_told_plainly(away):
    for path in ("/", f"/p/{away.goods.slug}/", "/cart/", "/zh-hant/", "/orders/K7QM-3F9T/?key=x"):
        answer = visit(away.url + path)
        page = parse(answer.text)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Cache-Control"] == "private, no-store"
        chinese = path.startswith("/zh")
        heading = "暫停服務片刻" if chinese else "Closed for a moment"
        assert page.get("lang") == ("zh-hant" if chinese else "en")
        assert page.findtext(".//h1") == heading
    assert visit(f"{away.url}/robots.txt").status_code == 200


def test_a_machine_that_is_gone_is_noticed_in_some_ten_seconds(db):
    connection.ensure_connection()
    with socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
        said = lambda name: line.getsockopt(socket.IPPROTO_TCP, getattr(socket, f"TCP_{name}"))  # noqa: E731
        assert said("USER_TIMEOUT") == 10_000
        assert said("KEEPIDLE") + said("KEEPINTVL") * said("KEEPCNT") <= 12
