"""Whatever the schema allows is sent, and more: no fault, and no answer that is not documented."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, seed, settings

import kinds
from api.manners import throttles
from api.models import Scope
from calling import token_of
from conforming import CHECKS
from visiting import member
from web.throttle import Throttle

pytestmark = [pytest.mark.django_db, pytest.mark.whole, pytest.mark.timeout(900)]

EXAMPLES = 12  # of each operation


@pytest.fixture
def schema(demo, monkeypatch) -> Any:
    for kind in throttles.KINDS:
        monkeypatch.setitem(throttles.KINDS, kind, Throttle("api-all", most=10**9, seconds=60))
    monkeypatch.setattr(throttles.FORGERIES.__class__, "is_spent", lambda *_: False)
    with connected():
        return schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())


@contextmanager
def connected() -> Iterator[None]:
    """The database's connection is the test's own: no request ends it."""
    ends = (signals.request_started, signals.request_finished)
    for each in ends:
        each.disconnect(close_old_connections)
    try:
        yield
    finally:
        for each in ends:
            each.connect(close_old_connections)


def guest() -> dict[str, Any]:
    browser = kinds.shopper()
    kinds.placed()
    return {"headers": OURS_HERE, "cookies": {"sessionid": browser.cookies["sessionid"].value}}


def of_member() -> dict[str, Any]:
    browser = Client()
    browser.force_login(member())
    return {"headers": OURS_HERE, "cookies": {"sessionid": browser.cookies["sessionid"].value}}


def staff() -> dict[str, Any]:
    editor = member("editor@example.com", is_staff=True, is_superuser=True)
    return {"headers": PLAIN | {"Authorization": f"Bearer {token_of(editor, *Scope.values)}"}}


PLAIN = {"Accept-Encoding": "identity"}  # here nothing unpacks what is compressed
OURS_HERE = PLAIN | {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize("who", [guest, of_member, staff], ids=lambda who: who.__name__)
def test_no_request_brings_a_fault_or_an_answer_that_is_not_documented(schema, who):
    told, seen, faults = who(), set(), []
    for found in schema.get_all_operations():
        operation = found.ok()
        try:
            with connected():
                tried(operation, told, seen)
        except (Exception, BaseExceptionGroup) as error:
            faults.append(f"{operation.label}: {error}")
    assert faults == []
    assert len({label for label, _kind in seen}) > 50
    assert {kind for _label, kind in seen} >= {2, 4}


def tried(operation: Any, told: dict[str, Any], seen: set[tuple[str, int]]) -> None:
    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case):
        answer = case.call_and_validate(checks=CHECKS, **told)
        seen.add((operation.label, answer.status_code // 100))

    send()
