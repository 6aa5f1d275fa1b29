from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from newsletter.models import Subscriber


class Delivery(models.Model):
    """A letter to one subscriber: sent once at most, unless an editor says so.

    `pending → sending (committed) → sent`. A sender first takes a handful: its `claim` is on them
    for a while, and they stay pending. Before each letter goes it says so here (`sending`). If it
    dies then, nobody knows whether the letter arrived: it becomes `unknown`, for an editor to decide.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("accepted")
        UNKNOWN = "unknown", _("not known")
        FAILED = "failed", _("refused")
        SKIPPED = "skipped", _("left out")

    class Reason(models.TextChoices):
        """Why it is not sent."""

        OFF_THE_LIST = "off_the_list", _("no longer on the list")
        REFUSED = "refused", _("the mail server refused it")
        NO_MAILBOX = "no_mailbox", _("there is no such mailbox")
        GAVE_UP = "gave_up", _("the mail server put it off too often")
        LEFT_SO = "left_so", _("an editor left it so")

    campaign = models.ForeignKey(  # the indexes below begin with it
        "campaigns.Campaign", models.CASCADE, related_name="deliveries", db_index=False
    )
    subscriber = models.ForeignKey(Subscriber, models.PROTECT, related_name="deliveries")
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PENDING, db_default=State.PENDING
    )
    reason = models.CharField(
        _("reason"), max_length=20, choices=Reason, blank=True, default="", db_default=""
    )
    said = models.CharField(  # by the mail server
        _("answer"), max_length=300, blank=True, default="", db_default=""
    )
    due_at = models.DateTimeField(db_default=Now(), editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, db_default=0, editable=False)
    claim = models.UUIDField(null=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    provider_id = models.CharField(
        max_length=200, blank=True, default="", db_default="", editable=False
    )
    accepted_at = models.DateTimeField(_("accepted"), null=True, editable=False)
    bounced_at = models.DateTimeField(_("came back"), null=True, editable=False)
    complained_at = models.DateTimeField(_("reported as unwanted"), null=True, editable=False)
    unsubscribed_at = models.DateTimeField(_("left by it"), null=True, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("delivery"), _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "subscriber"], name="one_letter_each"),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(accepted_at__isnull=False),
                name="delivery_sent_is_accepted",
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "id"], condition=Q(state="pending"), name="delivery_pending"
            ),
            models.Index(fields=["campaign", "state"], name="delivery_counts"),
            models.Index(
                fields=["claimed_until"], condition=Q(state="sending"), name="delivery_under_way"
            ),
            models.Index(
                fields=["provider_id"], condition=~Q(provider_id=""), name="delivery_at_provider"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.subscriber}"

    @property
    def message_id(self) -> str:
        """The same however often it is sent; it does not tell how many there are."""
        name = salted_hmac("campaigns.delivery", str(self.pk), algorithm="sha256").hexdigest()[:32]
        return f"<{name}@{urlsplit(settings.SITE_URL).hostname}>"
