"""A person's place on the list, and what they agreed to."""

from typing import Any

from django.db.models import Q, QuerySet

from coupons.person import Person
from newsletter.address import is_one, normal
from newsletter.models import Consent, Subscriber

MODELS = [Subscriber, Consent]


def subscribers(member: Any, emails: set[str]) -> QuerySet[Subscriber]:
    spelt = emails | {normal(email) for email in emails if is_one(email)}
    theirs = Q(email__in=spelt) | Q(person__in=[Person.of(email).email for email in spelt])
    if member:
        theirs |= Q(member=member)
    return Subscriber.objects.filter(theirs).order_by("pk")


def held(member: Any, emails: set[str]) -> dict[str, list[dict]]:
    found = subscribers(member, emails)
    told = ("email", "state", "reason", "language", "made_at", "confirmed_at", "left_at")
    agreed = ("asked_at", "confirmed_at", "ended_at", "page", "client", "wording", "language")
    rows = [
        {name: getattr(each, name) for name in told}
        | {"topics": [str(topic) for topic in each.topics.all()]}
        for each in found.prefetch_related("topics")
    ]
    consents = Consent.objects.filter(subscriber__in=found).values(*agreed)
    return {"newsletter": rows, "newsletter consents": list(consents)}


def erase(member: Any, emails: set[str]) -> None:
    """A suppression goes on by the keyed hash, and links in old letters go on working."""
    for subscriber in subscribers(member, emails):
        subscriber.erase()
