"""From an audience to deliveries: one statement for thousands, begun again where it stopped."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import BigIntegerField, Max, Value
from django.db.models.functions import Now

from campaigns.audience import audience
from campaigns.models import Campaign, Delivery
from newsletter.models import Subscriber

SPAN = 10_000  # subscribers (ids) that a statement looks at


def fan_out(campaign_id: int) -> None:
    """Write the deliveries of a campaign that is being sent, unless somebody else does just now."""
    while _next_span(campaign_id):
        pass


@transaction.atomic
def _next_span(campaign_id: int) -> bool:
    """Whether there may be more to do. Killed at any point, it has done a whole span or nothing."""
    waiting = Campaign.objects.filter(state=Campaign.State.SENDING, fanned_at=None)
    mine = waiting.select_for_update(skip_locked=connection.features.has_select_for_update)
    campaign = mine.filter(pk=campaign_id).first()
    if campaign is None:
        return False
    row = Campaign.objects.filter(pk=campaign_id)
    begin, last = campaign.fanned_to, Subscriber.objects.aggregate(last=Max("pk"))["last"] or 0
    if begin >= last:
        row.update(fanned_at=Now())
        return False
    _write(campaign, begin, begin + SPAN)
    row.update(fanned_to=min(begin + SPAN, last))
    return True


def _write(campaign: Campaign, after: int, to: int) -> None:
    """A delivery to each of the audience whose id is in the span; those that have one are left."""
    chosen = audience(campaign).filter(pk__gt=after, pk__lte=to).order_by()
    rows = chosen.annotate(letter=Value(campaign.pk, BigIntegerField())).values_list("letter", "pk")
    select, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Delivery._meta.db_table} (campaign_id, subscriber_id) {select}"  # noqa: S608
            " ON CONFLICT DO NOTHING",
            values,
        )
