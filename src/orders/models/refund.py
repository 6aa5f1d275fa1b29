from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.asking import Asking
from orders.models.attempt import Capture
from orders.models.line import OrderLine


class Refund(Asking):
    """Money on its way back to the shopper. Amounts are minor units of the order's currency."""

    class State(models.TextChoices):
        DUE = "due", _("due")
        PENDING = "pending", _("pending at the provider")
        DONE = "done", _("refunded")
        FAILED = "failed", _("failed")

    WAITS = {State.DUE: timedelta(seconds=60), State.PENDING: timedelta(minutes=5)}

    capture = models.ForeignKey(Capture, models.PROTECT, related_name="refunds")
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DUE)
    amount = models.PositiveIntegerField(_("amount"))
    delivery = models.PositiveIntegerField(_("of it for delivery"), default=0)
    # By which the provider knows it; a new one each time that it is tried anew.
    request_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Of the form that asked for it: a second press finds the first one's refund.
    form_id = models.UUIDField(null=True, unique=True, editable=False)
    provider_refund_id = models.CharField(
        _("number at the provider"), max_length=80, null=True, blank=True, unique=True
    )
    trouble = models.CharField(_("trouble"), max_length=300, blank=True)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("who")
    )
    why = models.CharField(_("why"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("begun"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("refund"), _("refunds")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(delivery__lte=models.F("amount")),
                name="refund_amount_positive",
            )
        ]

    def __str__(self) -> str:
        return f"{self.capture} · {self.get_state_display()}"

    @property
    def negative(self) -> int:
        """The amount as it is set against what was paid."""
        return -self.amount

    @property
    def surplus(self) -> bool:
        """Whether it gives back money that no order waited for."""
        return self.capture.surplus


class RefundLine(models.Model):
    """The pieces that a refund is for, and what became of them."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="refunds")
    quantity = models.PositiveIntegerField(_("quantity"))
    amount = models.PositiveIntegerField(_("amount"))
    tax = models.PositiveIntegerField(_("tax within"))
    restock = models.BooleanField(_("back on the shelf"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="refund_quantity_positive"),
            models.UniqueConstraint(fields=["refund", "line"], name="line_once_per_refund"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.sku}"
