from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.asking import Asking


class Attempt(Asking):
    """One try to pay an order with one provider."""

    class State(models.TextChoices):
        NEW = "new", _("new")
        CREATED = "created", _("waiting for the shopper")
        CAPTURING = "capturing", _("being captured")
        PENDING = "pending", _("pending at the provider")
        CAPTURED = "captured", _("captured")
        FAILED = "failed", _("failed")
        ABANDONED = "abandoned", _("abandoned")

    OPEN = (State.NEW, State.CREATED)  # states in which the shopper may still approve
    # States in which money moves or has moved: one attempt of an order at most.
    BUSY = (State.CAPTURING, State.PENDING, State.CAPTURED)
    WAITS = {
        State.CREATED: timedelta(minutes=2),  # the shopper closed the tab, the notice was lost
        State.CAPTURING: timedelta(seconds=60),
        State.PENDING: timedelta(minutes=5),
    }

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="attempts")
    provider = models.CharField(_("provider"), max_length=20)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.NEW)
    amount = models.PositiveIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    request_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider_order_id = models.CharField(
        _("number at the provider"), max_length=80, null=True, blank=True, unique=True
    )
    payee = models.CharField(_("payee"), max_length=80, blank=True, editable=False)
    approve_url = models.URLField(max_length=500, blank=True, editable=False)
    declines = models.PositiveIntegerField(_("declined"), default=0, editable=False)
    trouble = models.CharField(_("trouble"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("begun"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("payment attempt"), _("payment attempts")
        indexes = [models.Index(fields=["ask_at"], name="attempt_asked")]
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=["capturing", "pending", "captured"]),
                name="one_busy_attempt_per_order",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="attempt_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.provider} · {self.get_state_display()}"


class Capture(models.Model):
    """Money that a provider has moved to the shop."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="captures")
    capture_id = models.CharField(max_length=80, unique=True)
    amount = models.PositiveIntegerField(_("amount"))
    surplus = models.BooleanField(_("to be given back"), default=False)
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("capture"), _("captures")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="capture_amount_positive")
        ]

    def __str__(self) -> str:
        return self.capture_id

    @property
    def left(self) -> int:
        """What of it is not given back or about to be, in minor units."""
        live = self.refunds.exclude(state="failed")
        return self.amount - live.aggregate(sum=Sum("amount", default=0))["sum"]
