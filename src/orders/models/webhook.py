from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.attempt import Attempt


class WebhookEvent(models.Model):
    """A provider's word that something happened: a reason to look, never a source of amounts."""

    provider = models.CharField(_("provider"), max_length=20)
    event_id = models.CharField(_("event"), max_length=80, unique=True)
    kind = models.CharField(_("what"), max_length=80)
    attempt = models.ForeignKey(
        Attempt, models.PROTECT, null=True, blank=True, related_name="webhooks"
    )
    received_at = models.DateTimeField(_("received"), db_default=Now(), editable=False)
    handled_at = models.DateTimeField(_("looked at"), null=True, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("webhook event"), _("webhook events")

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
