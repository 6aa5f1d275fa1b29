"""How far a campaign has come, and what became of its letters. No letter reports being opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

if TYPE_CHECKING:
    from campaigns.models import Campaign


@dataclass(frozen=True)
class Results:
    """Numbers of letters; `used` of orders with the campaign's coupon by those who got it."""

    pending: int = 0
    sending: int = 0
    sent: int = 0
    unknown: int = 0
    failed: int = 0
    skipped: int = 0
    bounced: int = 0
    complained: int = 0
    unsubscribed: int = 0
    used: int = 0

    @property
    def total(self) -> int:
        return self.done + self.pending + self.sending

    @property
    def done(self) -> int:
        return self.sent + self.unknown + self.failed + self.skipped


def results(campaign: Campaign) -> Results:
    deliveries = campaign.deliveries.order_by()
    states = dict(deliveries.values_list("state").annotate(Count("pk")))
    told = deliveries.filter(state="sent").aggregate(
        bounced=Count("bounced_at"),
        complained=Count("complained_at"),
        unsubscribed=Count("unsubscribed_at"),
    )
    return Results(**states, **told, used=_used(campaign))


def _used(campaign: Campaign) -> int:
    """Both tables know a person by the same keyed hash."""
    if campaign.coupon is None or campaign.begun_at is None:
        return 0
    readers = campaign.deliveries.filter(state="sent").values("subscriber__person")
    uses = campaign.coupon.redemptions.filter(given_back_at=None, person__in=readers)
    return uses.filter(taken_at__gte=campaign.begun_at).count()
