from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

# Nobody reserves so far ahead. What says so was written before the database's clock was set back.
FARTHEST = timedelta(seconds=60)


class PaceQuerySet(models.QuerySet["Pace"]):
    @transaction.atomic
    def reserve(self, letters: int, per_second: int, patience: float) -> float | None:
        """Take the next slots for so many letters; gives the seconds until the first of them.

        It takes none where that is longer than who asks will wait. By the database's clock and
        under the row's lock, so all workers keep one pace together.
        """
        self.get_or_create(name="letters")
        row = self.select_for_update().annotate(now=Now()).get(name="letters")
        now: datetime = row.now  # type: ignore[attr-defined]
        begin = max(row.free_at, now) if row.free_at < now + FARTHEST else now
        if (wait := (begin - now).total_seconds()) > patience:
            return None
        self.filter(pk=row.pk).update(free_at=begin + timedelta(seconds=letters / per_second))
        return wait


class Pace(models.Model):
    """From when on the mail server may be given the next letter. A single row."""

    name = models.CharField(max_length=20, unique=True)
    free_at = models.DateTimeField(db_default=Now())

    objects = PaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("pace of sending")

    def __str__(self) -> str:
        return self.name
