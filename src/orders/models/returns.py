from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.line import OrderLine
from orders.models.order import Order
from orders.models.refund import Refund


class ReturnRequest(models.Model):
    """A shopper asks to send pieces of an order back; an editor decides."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("no longer wanted")

    order = models.ForeignKey(Order, models.PROTECT, related_name="returns")
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.ASKED)
    # Of the form that asked: a second press finds the first one's request, and so does the refund.
    form_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    refund = models.OneToOneField(Refund, models.PROTECT, null=True, related_name="asked_for")
    asked_at = models.DateTimeField(_("asked"), db_default=Now(), editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("who")
    )

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("return"), _("returns")
        indexes = [models.Index(fields=["order"], condition=Q(state="asked"), name="return_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(refund__isnull=True) | Q(state="accepted"), name="accepted_is_refunded"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.ASKED

    @property
    def withdraw_url(self) -> str:
        return self.order.at("orders:withdraw-return", self.pk)

    def decide(self, to: State, **more: Any) -> bool:
        """Change the state in one conditional statement; False if it was decided before."""
        undecided = ReturnRequest.objects.filter(pk=self.pk, state=self.State.ASKED)
        decided = bool(undecided.update(state=to, decided_at=Now(), **more))
        if decided:
            self.state = to
        return decided


class ReturnLine(models.Model):
    """Pieces of a line that the shopper would send back, and why."""

    class Reason(models.TextChoices):
        CHANGED_MIND = "changed-mind", _("I have changed my mind")
        DAMAGED = "damaged", _("It arrived damaged")
        FAULTY = "faulty", _("It is faulty")
        NOT_AS_SHOWN = "not-as-shown", _("It is not as shown")
        WRONG = "wrong", _("It is not what I ordered")
        LATE = "late", _("It takes too long")
        OTHER = "other", _("Another reason")

    request = models.ForeignKey(ReturnRequest, models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="returns")
    quantity = models.PositiveIntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="return_quantity_positive"),
            models.UniqueConstraint(fields=["request", "line"], name="line_once_per_return"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.sku}"
