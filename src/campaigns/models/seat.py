from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign


class SeatQuerySet(models.QuerySet["Seat"]):
    def hold_free(self, campaign_id: int) -> list[uuid.UUID]:
        """Keep each free seat of a campaign for who is rung for now; gives their tickets.

        A ticket stays as it is where nobody came: whoever was rung for before may still come, and
        of all that come with it only the first sits down.
        """
        numbers = range(settings.LETTERS_AT_ONCE)
        all_of_them = [Seat(campaign_id=campaign_id, number=n) for n in numbers]
        Seat.objects.bulk_create(all_of_them, ignore_conflicts=True)
        seats = self.filter(_is_free(), campaign=campaign_id, number__in=numbers)
        return [seat.ticket for seat in seats.order_by("number") if seat.hold()]

    def sit(self, ticket: str) -> Seat | None:
        """For the first who comes with it: the seat, under a ticket that nobody else knows."""
        new = uuid.uuid4()
        valid = self.filter(ticket=ticket, number__lt=settings.LETTERS_AT_ONCE)
        valid.update(ticket=new, until=_later())
        return self.filter(ticket=new).select_related("campaign").first()


class Seat(models.Model):
    """One of the few that send a campaign at once, at work or waiting in the workers' queue.

    So there are never more of them, however often and by whomever they are rung for. Who is killed
    leaves a seat that is free again after a while.
    """

    campaign = models.ForeignKey(  # the constraint below begins with it
        Campaign, models.CASCADE, related_name="seats", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    ticket = models.UUIDField(default=uuid.uuid4, unique=True)
    until = models.DateTimeField(null=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("sender"), _("senders")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="one_seat_each"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.number}"

    def hold(self) -> bool:
        """Keep it, if it is free; whether it was."""
        return bool(self._mine().filter(_is_free()).update(until=_later()))

    def prolong(self) -> bool:
        """Keep it for longer; whether it had not gone to somebody else."""
        return bool(self._mine().update(until=_later()))

    def leave(self) -> None:
        self._mine().update(until=None)

    def _mine(self) -> SeatQuerySet:
        return Seat.objects.filter(ticket=self.ticket)


def _later(times: int = 1) -> CombinedExpression:
    """As long as letters are held: the queue's wait and a turn are far shorter."""
    return Now() + timedelta(seconds=settings.LETTERS_HELD_SECONDS * times)


def _is_free() -> Q:
    """One that is kept for longer than anybody may keep it was so before the clock was set back."""
    return Q(until=None) | Q(until__lte=Now()) | Q(until__gt=_later(2))
