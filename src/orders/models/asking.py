"""Rows about which a provider is asked again, later and later, until they are decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.clock import after

LONGEST = timedelta(hours=1)


class AskingQuerySet(models.QuerySet[Any]):
    def due(self) -> Self:
        return self.filter(state__in=self.model.WAITS, ask_at__lt=Now()).order_by("ask_at")


class Asking(models.Model):
    """`WAITS` has the first wait of each state that is asked about; the next ones double."""

    WAITS: dict[str, timedelta] = {}

    state = models.CharField(max_length=20)  # each kind of row has its own choices
    changed_at = models.DateTimeField(_("changed"), db_default=Now(), editable=False)
    checks = models.PositiveIntegerField(_("asked"), default=0, editable=False)
    ask_at = models.DateTimeField(_("asked next"), null=True, editable=False)

    objects = AskingQuerySet.as_manager()

    class Meta:
        abstract = True

    def move(self, *before: str, to: str, **more: Any) -> bool:
        """Change the state in one conditional statement; False if it was none of `before`."""
        wait = self.WAITS.get(to)
        more |= {"changed_at": Now(), "checks": 0, "ask_at": after(wait) if wait else None}
        found = type(self)._default_manager.filter(pk=self.pk, state__in=before)
        moved = bool(found.update(state=to, **more))
        if moved:
            self.state = to
        return moved

    def claim_asking(self) -> bool:
        """Whether it is for this caller to ask now: of many at once, one."""
        wait = min(self.WAITS[self.state] * 2 ** min(self.checks + 1, 12), LONGEST)
        mine = type(self)._default_manager.filter(pk=self.pk, ask_at=self.ask_at)
        return bool(mine.update(ask_at=after(wait), checks=F("checks") + 1))
