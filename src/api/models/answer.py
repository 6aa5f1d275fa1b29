from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from orders.clock import after

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)  # after which a request that answered nothing counts as dead


class AnswerQuerySet(models.QuerySet["Answer"]):
    def claim(self, who: str, key: str, asked: str, member: Any = None) -> Answer | None:
        """Begin to answer; None if another request with this key has begun before."""
        row = self.model(who=who, key=key, asked=asked, member=member)
        self.bulk_create([row], ignore_conflicts=True, batch_size=1)
        return self._mine(row)

    def _mine(self, row: Answer) -> Answer | None:
        known = self.filter(who=row.who, key=row.key)
        if found := known.filter(claim=row.claim).first():
            return found
        # What the dead had begun is begun again, and what has lapsed is nobody's.
        dead = known.filter(status=None, asked=row.asked, claimed_at__lt=after(-LEASE))
        lapsed = known.filter(claimed_at__lt=after(-KEPT))
        for gone in (dead, lapsed):
            new = {"claim": row.claim, "claimed_at": Now(), "asked": row.asked, "status": None}
            if gone.update(**new):
                return known.get()
        return None

    def lapsed(self) -> AnswerQuerySet:
        return self.filter(claimed_at__lt=after(-KEPT))

    def about(self, member: Any, emails: set[str]) -> AnswerQuerySet:
        """Those that a person was given, or that name one of their addresses."""
        found = Q(member=member) if member else Q(pk=None)
        for email in emails:
            found |= Q(body__icontains=json.dumps(email, ensure_ascii=False))  # as a whole
        return self.filter(found)


def _claim() -> str:
    return secrets.token_hex(16)


class Answer(models.Model):
    """What was answered to an Idempotency-Key, for a day; without a status, it is being done.

    `who` and `asked` are digests: of the session or token, and of the whole request. `body` may
    hold what its asker was told about themselves.
    """

    who = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    asked = models.CharField(max_length=64)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", editable=False
    )
    claim = models.CharField(max_length=32, default=_claim)
    claimed_at = models.DateTimeField(db_default=Now(), db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["who", "key"], name="one_answer_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"

    def give(self, status: int, headers: dict[str, str], body: str) -> bool:
        """Keep it, if it is still this claim's to answer."""
        mine = Answer.objects.filter(pk=self.pk, claim=self.claim)
        return bool(mine.update(status=status, headers=headers, body=body))

    def drop(self) -> None:
        """Nothing was done: whoever asks once more asks for the first time."""
        Answer.objects.filter(pk=self.pk, claim=self.claim).delete()
