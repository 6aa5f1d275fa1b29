"""Notices: a provider says that something happened. It is a reason to look, and no more."""

import logging
from collections.abc import Mapping

from django.db.models import Q
from django.db.models.functions import Now

from orders.flows import refunds
from orders.flows.errors import NotSettled, SoldOut
from orders.flows.settlement import settle
from orders.models import Attempt, WebhookEvent
from outbox.doorbell import ring
from payments import PROVIDERS
from payments.provider import Event

log = logging.getLogger(__name__)


def hear(code: str, headers: Mapping[str, str], body: bytes) -> None:
    """Note a provider's notice once and have it looked at. Raises Forged or Unknown."""
    from orders.tasks import look as look_later

    event = PROVIDERS[code].event(headers, body)
    noted, new = WebhookEvent.objects.get_or_create(
        event_id=event.event_id,
        defaults={"provider": code, "kind": event.kind[:80], "attempt": _attempt(code, event)},
    )
    if new:
        ring(look_later, noted.pk)


def _attempt(code: str, event: Event) -> Attempt | None:
    ours = event.custom_id if event.custom_id.isdecimal() and len(event.custom_id) < 19 else "0"
    named = Q(pk=int(ours))
    if event.provider_order_id:
        named |= Q(provider_order_id=event.provider_order_id)
    return Attempt.objects.filter(named, provider=code).first()


def look(event_id: int) -> None:
    """Look at what a notice is about by asking the provider. Raises payments.provider.Unknown."""
    event = WebhookEvent.objects.select_related("attempt").get(pk=event_id)
    if event.handled_at is None and event.attempt:
        try:
            settle(event.attempt.pk)
        except (NotSettled, SoldOut) as reason:
            log.info("notice %s led to no payment: %r", event.event_id, reason)
        refunds.sync(event.attempt)
    WebhookEvent.objects.filter(pk=event_id, handled_at=None).update(handled_at=Now())
