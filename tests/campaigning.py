"""Letters to many: makes readers and campaigns, and sends them in this process."""

from contextlib import closing
from typing import Any

from django.utils import timezone

from campaigns import tasks
from campaigns.fan_out import fan_out
from campaigns.letter import letter
from campaigns.line import Line
from campaigns.models import Block, Campaign, Delivery, Seat
from campaigns.sending import Turn
from newsletter.models import Subscriber, Topic

AT = "/admin/campaigns/campaign/"
WORDS = {"subject_en": "New cups", "subject_zh": "新杯子"}
WORDS |= {"preheader_en": "Fresh from the kiln", "preheader_zh": "剛出窯"}


def readers(*names: str | int, language: str = "en", topics: Any = ()) -> list[Subscriber]:
    """On the list: those called `names`, or so many."""
    if names and isinstance(names[0], int):
        names = tuple(f"reader-{n}" for n in range(names[0]))
    rows = [
        Subscriber(
            email=f"{name}@example.com",
            person=f"{language}-{name}",
            state=Subscriber.State.CONFIRMED,
            language=language,
            confirmed_at=timezone.now(),
        )
        for name in names
    ]
    made = Subscriber.objects.bulk_create(rows)
    through = Subscriber.topics.through
    through.objects.bulk_create(
        through(subscriber=each, topic=topic) for each in made for topic in topics
    )
    return made


def topic(name: str = "Tea") -> Topic:
    return Topic.objects.create(name_en=name, name_zh="茶")


def campaign(**more: Any) -> Campaign:
    """A draft with a few words in it."""
    made = Campaign.objects.create(**WORDS | more)
    block(made, text_en="Four *new* cups.", text_zh="四個*新*杯子。")
    return made


def block(of: Campaign, kind: str = "text", **more: Any) -> Block:
    return Block.objects.create(campaign=of, position=of.blocks.count(), kind=kind, **more)


def begun(**more: Any) -> Campaign:
    """Being sent, with no worker that hears of it."""
    made = campaign(**more)
    made.begin()
    return made


def handful(of: Campaign) -> None:
    """Do what a worker does at once."""
    fan_out(of.pk)
    with closing(Line()) as line:
        Turn(of, line).handful()


def turn(of: Campaign) -> None:
    """Do what a worker's task does that was rung for."""
    of.seats.update(until=None)
    tasks.send.run(str(Seat.objects.hold_free(of.pk)[0]))


def send(of: Campaign, most: int = 30) -> Campaign:
    """Do what workers would until nothing is left to do, or nothing can be done now."""
    for _ in range(most):
        before = states(of)
        turn(of)
        if states(of) == before:
            break
    of.refresh_from_db()
    return of


def states(of: Campaign) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in of.deliveries.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def of(name: str) -> Delivery:
    """The one delivery to somebody."""
    return Delivery.objects.get(subscriber__email=f"{name}@example.com")


def words(of: Campaign, language: str = "en") -> str:
    return letter(of, language).text
