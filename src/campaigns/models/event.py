from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """What became of a campaign, when, and who did it; nobody where it went by itself."""

    class Kind(models.TextChoices):
        SCHEDULED = "scheduled", _("scheduled")
        BEGUN = "begun", _("sending began")
        PAUSED = "paused", _("paused")
        REFUSED = "refused", _("paused: the mail server refused letter after letter")
        RESUMED = "resumed", _("resumed")
        CANCELLED = "cancelled", _("cancelled")
        WITHDRAWN = "withdrawn", _("made a draft again")
        SENT = "sent", _("sent")

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("event"), _("events")

    def __str__(self) -> str:
        return str(self.get_kind_display())
