"""What balancers, containers and Prometheus are told."""

import httpx
import pytest
from django.db import connection
from django.test import Client

import factories
from catalog.models import Variant
from config import health
from production import counted
from services import shop
from shopping import Shopper

NOWHERE = "redis://127.0.0.1:1/0"
ADDRESSES = ["/healthz", "/readyz", "/metrics"]


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)


def test_a_process_that_answers_is_alive_whatever_else_is_away():
    # Without the mark that lets a test ask the database.
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"alive\n")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_asks_needs_no_host_and_no_tls(db, settings, address):
    settings.SECURE_SSL_REDIRECT = True
    answer = Client(headers={"Host": "10.0.0.7:9999"}).get(address)
    assert answer.status_code == 200
    assert not answer.cookies


def test_a_shop_without_its_redis_is_ready_and_says_what_it_lacks(db, settings):
    settings.REDIS_URL = settings.CELERY_BROKER_URL = NOWHERE
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "database": "ok",
        "migrations": "ok",
        "cache": "degraded",
        "broker": "degraded",
    }


@pytest.mark.outside
def test_a_redis_that_answers_is_fine(db, settings, redis_url):
    settings.REDIS_URL = settings.CELERY_BROKER_URL = redis_url
    assert set(Client().get("/readyz").json().values()) == {"ok"}


def test_a_database_that_waits_for_a_migration_is_not_ready(db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'viewed' OR app = 'outbox'")
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "waiting")


@pytest.mark.outside
def test_without_its_database_a_shop_lives_and_is_not_ready(data_dir):
    away = {
        "DATABASE_URL": "postgresql://127.0.0.1:1/shop",
        "SECRET_KEY": "x" * 50,
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    with shop(data_dir, workers=1, threads=2, env=away) as server:
        client = httpx.Client(base_url=server.url, timeout=30, trust_env=False)
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, "down")
        assert "shop_database_up 0.0" in client.get("/metrics").text


def test_metrics_tell_of_orders_mails_and_goods_that_were_gone(db):
    def now() -> str:
        return Client().get("/metrics").content.decode()

    before, variant = now(), factories.variant(stock=1)
    assert not Variant.objects.take(variant.pk, 2)
    Shopper().buy(factories.variant(), method=factories.delivery())
    after = now()
    missed = "shop_stock_misses_total"
    assert counted(after, missed) == counted(before, missed) + 2
    awaiting = {"state": "awaiting"}
    assert (
        counted(after, "shop_orders", **awaiting) == counted(before, "shop_orders", **awaiting) + 1
    )
    assert "shop_outbox_oldest_seconds" in after


def test_the_first_capture_that_fails_is_seen_to_be_one_more(db):
    text = Client().get("/metrics").text
    for why in ("declined", "denied", "refused", "unknown"):
        assert f'shop_capture_errors_total{{why="{why}"}} ' in text


def test_requests_are_counted_by_view_not_by_address(demo):
    def seen() -> float:
        text = Client().get("/metrics").content.decode()
        return counted(text, "shop_request_seconds_count", view="catalog:product", status="200")

    before = seen()
    for slug in ("tea-cup", "bowl"):
        Client().get(f"/p/{slug}/")
    Client().generic("INVENTED", "/p/tea-cup/")
    assert seen() == before + 2
    text = Client().get("/metrics").content.decode()
    assert "tea-cup" not in text and "INVENTED" not in text


@pytest.mark.parametrize(("address", "status"), [("127.0.0.1", 200), ("203.0.113.9", 404)])
def test_metrics_are_for_this_machine(db, address, status):
    assert Client().get("/metrics", REMOTE_ADDR=address).status_code == status
