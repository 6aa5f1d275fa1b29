"""One delivery to each of the audience, whoever is interrupted, and however often it is begun."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigning import begun, campaign, readers, states
from campaigns import fan_out as module
from campaigns.fan_out import fan_out
from campaigns.models import Campaign, Delivery
from crashes import Crash, Killed, Process

pytestmark = pytest.mark.django_db


@pytest.fixture
def spans_of_ten(monkeypatch):
    monkeypatch.setattr(module, "SPAN", 10)


def test_each_of_the_audience_gets_one(spans_of_ten):
    some = readers(35)
    some[3].leave()
    made = begun()
    fan_out(made.pk)
    fan_out(made.pk)
    assert states(made) == {"pending": 34}
    made.refresh_from_db()
    assert made.fanned_at and made.fanned_to == some[-1].pk


def test_only_what_is_being_sent_is_fanned_out():
    readers(3)
    made = campaign()
    fan_out(made.pk)
    assert not Delivery.objects.exists()


def test_killed_at_any_statement_it_goes_on_where_it_stopped(spans_of_ten):
    first, at = readers(25)[0].pk, 0
    while True:
        # PostgreSQL goes on counting from the tests before: the spans below are empty.
        made, process = begun(fanned_to=first - 1), Process()
        at += 1
        died = process.run(Crash(at, after=bool(at % 2)), fan_out, made.pk) is Killed
        fan_out(made.pk)
        assert states(made) == {"pending": 25}
        if not died:
            break
    assert at > 10


def test_it_takes_as_many_statements_for_few_as_for_many():
    def statements(number):
        Campaign.objects.all().delete()
        made = begun()
        with CaptureQueriesContext(connection) as found:
            fan_out(made.pk)
        assert states(made) == {"pending": number}
        return len(found)

    readers(1)
    few = statements(1)
    readers(*(f"more-{n}" for n in range(500)))
    assert statements(501) == few
