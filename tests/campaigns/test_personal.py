"""What is told to a person about the letters sent to them, and what is left of it."""

import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from campaigning import begun, send
from campaigns import personal
from campaigns.models import Delivery
from letters import ADA, on_the_list
from orders import flows

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(mailoutbox):
    on_the_list(ADA)
    on_the_list("grace@example.com")
    made = send(begun())
    Delivery.objects.update(said="550 <ada@example.com>", provider_id="7")
    return made


def test_it_tells_of_ones_own_letters_alone(sent):
    [row] = personal.held(None, {ADA})["letters"]
    assert (row["letter"], row["state"]) == ("New cups", "sent")
    assert "grace" not in json.dumps(row, cls=DjangoJSONEncoder)


def test_after_an_erasure_the_letter_stays_counted_and_names_nobody(sent):
    flows.erase(None, {ADA})
    erased, other = Delivery.objects.order_by("pk")
    assert (erased.state, erased.said, erased.provider_id) == ("sent", "", "")
    assert other.said


def test_who_is_erased_before_their_turn_gets_nothing(mailoutbox):
    from campaigns.fan_out import fan_out

    on_the_list(ADA)
    made = begun()
    fan_out(made.pk)
    flows.erase(None, {ADA})
    mailoutbox.clear()
    send(made)
    assert made.deliveries.get().state == "skipped" and mailoutbox == []
