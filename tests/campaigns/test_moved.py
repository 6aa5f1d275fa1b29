"""Who moves in the midst of a campaign gets its letter once, where they are by then."""

import uuid
from datetime import timedelta

import pytest
from anymail.signals import AnymailTrackingEvent
from django.test import Client
from django.utils import timezone

from campaigning import begun, readers, send, states, topic
from campaigns.fan_out import fan_out
from campaigns.hearing import heard
from campaigns.ledger import Ledger
from campaigns.models import Delivery
from newsletter.models import Source, Subscriber

pytestmark = pytest.mark.django_db
OLD, NEW = "ada@example.com", "byron@example.com"


@pytest.fixture
def user(django_user_model):
    return django_user_model.objects.create(email=NEW)


@pytest.fixture
def move(user):
    def move():
        return Subscriber.objects.move(OLD, NEW, user, Source())

    return move


def of(email):
    return Subscriber.objects.get(email=email)


@pytest.mark.parametrize("asked_there", [False, True])
def test_a_letter_that_waits_goes_to_the_new_address(mailoutbox, move, asked_there):
    readers("ada", "grace")
    made = begun()
    fan_out(made.pk)
    if asked_there:
        Subscriber.objects.create(email=NEW, person="asked", language="en")
    assert move() is True
    send(made)
    assert sorted(each.to[0] for each in mailoutbox) == [NEW, "grace@example.com"]
    assert states(made) == {"sent": 2}


def test_one_whose_words_are_worked_out_already_does_not_go_to_the_old_one(mailoutbox, move):
    readers("ada")
    made = begun()
    fan_out(made.pk)
    [held] = Delivery.objects.take(made.pk, claim := uuid.uuid4(), 1)
    move()
    assert not Ledger(claim).goes(held) and not held.skip(claim)
    Delivery.objects.give_back([held], claim)
    send(made)
    assert [each.to for each in mailoutbox] == [[NEW]] and states(made) == {"sent": 1}


def test_what_was_sent_is_not_sent_again(mailoutbox, move):
    readers("ada")
    made = send(begun())
    move()
    send(made)
    fan_out(begun().pk)
    assert [each.to for each in mailoutbox] == [[OLD]]
    assert [each.subscriber for each in Delivery.objects.all()] == [of(NEW)] * 2


def test_where_they_get_letters_already_no_second_one_comes(mailoutbox, move):
    tea = topic()
    readers("ada", topics=[tea])
    readers("byron")
    for_all, of_tea = begun(), begun(topic=tea)
    for made in (for_all, of_tea):
        fan_out(made.pk)
    assert move() is True
    send(for_all), send(of_tea)
    assert [each.to for each in mailoutbox] == [[NEW]]
    assert (states(for_all), states(of_tea)) == ({"skipped": 1, "sent": 1}, {"skipped": 1})


@pytest.mark.parametrize("there", [(), ("byron",)], ids=["nothing there", "letters there"])
def test_who_leaves_by_a_letter_to_the_old_address_leaves_the_new_one(mailoutbox, move, there):
    readers("ada", *there)
    send(begun())
    [letter] = [each for each in mailoutbox if each.to == [OLD]]
    move()
    address = letter.extra_headers["List-Unsubscribe"].strip("<>")
    answer = Client().post(address, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and of(NEW).state == "left"
    left_by = Delivery.objects.get(unsubscribed_at__isnull=False)
    assert left_by.message_id == letter.extra_headers["Message-ID"]


def tell(kind, **more):
    told = {"event_type": kind, "recipient": OLD, "message_id": "id", "esp_event": {}}
    at = timezone.now() + timedelta(seconds=1)
    heard(AnymailTrackingEvent(timestamp=at, **told | more))


@pytest.fixture
def sent(mailoutbox):
    readers("ada")
    send(begun())
    Delivery.objects.update(provider_id="id")


@pytest.mark.parametrize(
    ("kind", "field"), [("bounced", "bounced_at"), ("complained", "complained_at")]
)
def test_what_is_told_of_the_old_address_does_not_end_the_new_one(sent, move, kind, field):
    move()
    tell(kind, reject_reason="bounced")
    assert of(NEW).is_on_the_list
    assert getattr(Delivery.objects.get(), field)


def test_who_leaves_at_the_provider_leaves_the_new_one_too(sent, move):
    move()
    tell("unsubscribed")
    assert of(NEW).state == "left" and Delivery.objects.get().unsubscribed_at


def test_an_answer_about_the_old_address_does_not_suppress_the_new_one(move):
    """It was under way to the old one when its reader moved."""
    [written_to] = readers("ada")
    move()
    written_to.suppress(Subscriber.Reason.BOUNCED)
    assert of(NEW).is_on_the_list
    of(NEW).suppress(Subscriber.Reason.BOUNCED)
    assert of(NEW).state == "suppressed"
