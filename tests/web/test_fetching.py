"""No page asks the database for each row of a list what one statement could fetch for all."""

import pytest
from django.contrib import admin
from django.db.models.fetch_modes import FetchMode
from django.urls import reverse

import kinds
import placing
from api.models import Scope
from calling import Caller, token_of
from catalog.models import Variant
from visiting import member


class Noted(FetchMode):
    """Fetches as ever, and notes what was fetched for one of many that had been read together."""

    track_peers = True

    def __init__(self):
        self.found = set()

    def fetch(self, fetcher, instance):
        peers = [peer for each in instance._state.peers if (peer := each()) is not None]
        if len(peers) > 1:
            self.found.add(f"{type(instance).__name__}.{fetcher.field.name}")
        fetcher.fetch_one(instance)


@pytest.fixture
def noted(monkeypatch):
    noted = Noted()
    monkeypatch.setattr("django.db.models.query.DEFAULT_FETCH_MODE", noted)
    return noted


@pytest.fixture
def editor():
    return member(is_staff=True, is_superuser=True)


@pytest.fixture
def orders(demo, editor):
    """Three, of two lines each, paid."""
    cups = Variant.objects.filter(stock__gt=3)[:2]
    lines = [(cup, 1) for cup in cups]
    return [placing.pay(placing.place(*lines, member=editor)) for _ in range(3)]


def test_control_what_is_fetched_for_each_is_noted(noted, demo):
    assert len({variant.product.slug for variant in Variant.objects.all()}) > 1
    assert noted.found == {"Variant.product"}


@pytest.mark.whole
def test_pages(noted, demo_rows, transactional_db):
    assert len(kinds.in_language("en", kinds.every_page, demo_rows)) > 50
    assert noted.found == set()


@pytest.mark.slow
def test_lists_of_the_admin(noted, demo, editor, orders, client):
    client.force_login(editor)
    for model in admin.site._registry:
        answer = client.get(
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        )
        assert answer.status_code in {200, 302}, model
    assert noted.found == set()


@pytest.mark.slow
def test_lists_of_the_api(noted, demo, editor, orders):
    program = Caller(token=token_of(editor, *Scope.values))
    for path in (
        "products/?limit=48",
        "products/?q=tea",
        "categories/",
        "orders/",
        "staff/orders/",
    ):
        assert program.get(path).status_code == 200, path
    assert len(program.last.json()["items"]) == len(orders)
    assert noted.found == set()
