"""What the mail provider tells afterwards: that a letter came back, was unwanted, or was left."""

from __future__ import annotations

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType
from django.db.models.functions import Now

from campaigns.lasting import is_for_good
from campaigns.models import Delivery
from newsletter.address import is_one, normal
from newsletter.models import Subscriber

NO_COMPLAINT = "not-spam"  # a mailbox's owner says so of a letter that was filed as spam (RFC 6430)
FIELDS = {
    EventType.BOUNCED: "bounced_at",
    EventType.REJECTED: "bounced_at",
    EventType.FAILED: "bounced_at",
    EventType.COMPLAINED: "complained_at",
    EventType.UNSUBSCRIBED: "unsubscribed_at",
}


def heard(event: AnymailTrackingEvent, **_: Any) -> None:
    """A receiver of django-anymail's `tracking`; the same however often it is told."""
    field = FIELDS.get(event.event_type)
    if field is None or event.description == NO_COMPLAINT:
        return
    if event.event_type == EventType.FAILED and not is_for_good(event):
        return  # for whatever reason; Postal says so of a mailbox that is lost, too
    subscriber = _subscriber(event.recipient or "")
    delivery = Delivery.objects.at_provider(str(event.message_id or ""))
    if subscriber is None and delivery and event.event_type == EventType.UNSUBSCRIBED:
        subscriber = delivery.subscriber  # who has another address now leaves as by a letter's link
    if subscriber:
        delivery = delivery or Delivery.objects.newest_to(subscriber)
        _no_more(subscriber, event)
    if delivery:
        fresh = Delivery.objects.filter(pk=delivery.pk, **{f"{field}__isnull": True})
        fresh.update(**{field: Now()})


def _subscriber(recipient: str) -> Subscriber | None:
    return Subscriber.objects.of(normal(recipient)) if is_one(recipient) else None


def _no_more(subscriber: Subscriber, event: AnymailTrackingEvent) -> None:
    """A full mailbox or a server's policy puts nobody off the list, nor what was before it."""
    if subscriber.state == Subscriber.State.SUPPRESSED or _is_before(event, subscriber):
        return
    match event.event_type:
        case EventType.COMPLAINED:
            subscriber.suppress(Subscriber.Reason.COMPLAINED)
        case EventType.UNSUBSCRIBED:
            subscriber.leave()
        case _ if is_for_good(event):
            subscriber.suppress(Subscriber.Reason.BOUNCED)


def _is_before(event: AnymailTrackingEvent, subscriber: Subscriber) -> bool:
    """Whether it is about a letter to somebody who has come back to the list since."""
    if event.timestamp is None or subscriber.confirmed_at is None:
        return False
    return event.timestamp < subscriber.confirmed_at
