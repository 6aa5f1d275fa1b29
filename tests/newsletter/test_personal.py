"""What is told to a person, and what is left of one who is erased."""

import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder

import factories
from letters import ADA, on_the_list, sign_up
from newsletter import personal
from newsletter.models import Consent, Subscriber

pytestmark = pytest.mark.django_db


def test_it_tells_all_of_one_person_and_nothing_of_others(topics):
    on_the_list()
    on_the_list("grace@example.com")
    held = personal.held(None, {ADA})
    told = json.dumps(held, cls=DjangoJSONEncoder)
    assert ADA in told and "grace@" not in told
    (row,), (consent,) = held["newsletter"], held["newsletter consents"]
    assert (row["state"], row["topics"]) == ("confirmed", ["Tea", "Clay"])
    assert consent["wording"] == "2026-11" and consent["confirmed_at"]


def test_a_member_is_found_by_who_they_are_and_by_every_spelling():
    user = factories.user(email="new@example.com")
    on_the_list("old@example.com", member=user)
    on_the_list("ada@xn--bcher-kva.example")
    assert len(personal.held(user, {"ada@bücher.example"})["newsletter"]) == 2


def test_after_an_erasure_no_row_names_anybody():
    sign_up()
    user = factories.user()
    on_the_list(ADA, member=user)
    on_the_list("grace@example.com")
    personal.erase(user, {ADA})
    personal.erase(user, {ADA})
    rows = [*Subscriber.objects.values(), *Consent.objects.values()]
    assert ADA not in str(rows)
    assert Subscriber.objects.get(email="grace@example.com").is_on_the_list
    assert personal.held(user, set())["newsletter"] == []
