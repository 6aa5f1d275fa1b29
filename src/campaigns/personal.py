"""The letters that a person was sent."""

from typing import Any

from campaigns.models import Delivery, Event
from newsletter.personal import subscribers

MODELS = [Delivery, Event]


def held(member: Any, emails: set[str]) -> dict[str, list[dict]]:
    told = ("state", "reason", "said", "tries", "accepted_at")
    after = ("bounced_at", "complained_at", "unsubscribed_at")
    rows = Delivery.objects.filter(subscriber__in=subscribers(member, emails))
    return {
        "letters": [
            {"letter": str(row.campaign)} | {name: getattr(row, name) for name in told + after}
            for row in rows.select_related("campaign")
        ]
    }


def erase(member: Any, emails: set[str]) -> None:
    """That letters went out stays counted, to nobody. The subscriber's row loses its address."""
    known = subscribers(member, emails)
    Delivery.objects.forget_words(list(known.values_list("pk", flat=True)))
