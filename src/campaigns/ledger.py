"""What a sender writes about the letters that it holds: one statement and one COMMIT for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    import uuid

    from campaigns.models import Delivery

# The letter before was accepted, and this one goes: if its sender still holds it, its campaign is
# being sent and its reader is on the list, has the address that it is written to, and wants it
# (`audience.willing`, as of now). In words of SQL, since it is said 100,000 times.
STEP = """
UPDATE campaigns_delivery SET
    state = CASE WHEN id = %(accepted)s THEN 'sent' ELSE 'sending' END,
    accepted_at = CASE WHEN id = %(accepted)s THEN {now} ELSE accepted_at END,
    provider_id = CASE WHEN id = %(accepted)s THEN %(provider_id)s ELSE provider_id END,
    tries = tries + CASE WHEN id = %(accepted)s THEN 0 ELSE 1 END,
    claimed_until = CASE WHEN id = %(accepted)s THEN NULL ELSE {awaited} END
WHERE id IN (%(accepted)s, %(goes)s) AND claim = %(claim)s AND (
    id = %(accepted)s AND state IN ('sending', 'unknown')
    OR id = %(goes)s AND state = 'pending'
    AND EXISTS (
        SELECT 1 FROM campaigns_campaign c JOIN newsletter_subscriber s ON s.id = %(reader)s
        WHERE c.id = %(campaign)s AND c.state = 'sending' AND s.state = 'confirmed'
        AND s.email = %(email)s
        AND c.language IN ('', s.language) AND (c.topic_id IS NULL OR EXISTS (
            SELECT 1 FROM newsletter_subscriber_topics t
            WHERE t.subscriber_id = s.id AND t.topic_id = c.topic_id
        ))
    )
) RETURNING id
"""
NOW = {
    "postgresql": "STATEMENT_TIMESTAMP()",
    "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now')",
}
AWAITED = {
    "postgresql": "STATEMENT_TIMESTAMP() + %(seconds)s * INTERVAL '1 second'",
    "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now', %(seconds)s || ' seconds')",
}
NONE = 0  # no row has this id


class Ledger:
    """A letter that was accepted is noted with the next one's going, or when this is closed."""

    def __init__(self, claim: uuid.UUID) -> None:
        self.claim, self.accepted, self.provider_id = claim, NONE, ""
        self.is_accepted = False  # whether the campaign knows that the last answer was no refusal
        self.sql = STEP.format(now=NOW[connection.vendor], awaited=AWAITED[connection.vendor])

    def goes(self, delivery: Delivery) -> bool:
        """Note, committed, that it goes now; whether it may."""
        reader = delivery.subscriber
        told = {"campaign": delivery.campaign_id, "reader": reader.pk, "email": reader.email}
        return delivery.pk in self._step(goes=delivery.pk, **told)

    def accept(self, delivery: Delivery, provider_id: str) -> None:
        """An answer that comes so late that it was given up counts as well."""
        self.close()
        self.accepted, self.provider_id = delivery.pk, provider_id[:200]
        if not self.is_accepted:
            delivery.campaign.accepted()
            self.is_accepted = True

    def refuse(self, delivery: Delivery) -> None:
        delivery.campaign.refused()
        self.is_accepted = False

    def close(self) -> None:
        if self.accepted:
            self._step(goes=NONE, campaign=NONE, reader=NONE, email="")

    def _step(self, **next_one: Any) -> set[int]:
        """The ids of what has changed."""
        told: dict[str, Any] = next_one | {
            "accepted": self.accepted,
            "provider_id": self.provider_id,
            "claim": self.claim.hex,
            "seconds": settings.LETTERS_AWAITED_SECONDS,
        }
        with connection.cursor() as cursor:
            cursor.execute(self.sql, told)
            found = {pk for (pk,) in cursor.fetchall()}
        self.accepted = NONE
        return found
