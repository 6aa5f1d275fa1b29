from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from campaigns.audience import willing
from campaigns.models.campaign import Campaign
from newsletter.models import Subscriber


class State(models.TextChoices):
    PENDING = "pending", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("accepted")
    UNKNOWN = "unknown", _("not known")
    FAILED = "failed", _("refused")
    SKIPPED = "skipped", _("left out")


WAITS = [timedelta(minutes=n) for n in (5, 10, 20, 40, 80, 160, 320, 640)]  # after each refusal


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    @transaction.atomic
    def take(self, campaign_id: int, claim: uuid.UUID, most: int) -> list[Delivery]:
        """A handful that no other sender holds; in the order in which they were written."""
        free = Q(claimed_until=None) | Q(claimed_until__lt=Now())
        due = self.filter(free, campaign=campaign_id, state=State.PENDING, due_at__lte=Now())
        skips = connection.features.has_select_for_update
        rows = due.order_by("pk").select_for_update(skip_locked=skips)
        ids = list(rows.values_list("pk", flat=True)[:most])
        self.filter(pk__in=ids).update(
            claim=claim, claimed_until=_after(settings.LETTERS_HELD_SECONDS)
        )
        return list(self.filter(pk__in=ids).select_related("subscriber").order_by("pk"))

    def give_back(self, handful: list[Delivery], claim: uuid.UUID) -> None:
        """What was taken and not begun."""
        mine = self.filter(pk__in=[each.pk for each in handful], claim=claim)
        mine.filter(state=State.PENDING).update(claim=None, claimed_until=None)

    def lapse(self) -> int:
        """Senders died over these, so nobody knows whether they arrived."""
        dead = self.filter(state=State.SENDING, claimed_until__lt=Now())
        return dead.update(state=State.UNKNOWN)

    def go_on(self) -> None:
        """With campaigns that had ended when a late answer, or an editor, left a letter to send."""
        left = self.unfinished().filter(campaign=OuterRef("pk"))
        for campaign in Campaign.objects.filter(Exists(left), state=Campaign.State.SENT):
            campaign.go_on()

    def unfinished(self) -> Self:
        return self.filter(state__in=Delivery.OPEN)

    def undecided(self) -> Self:
        """An editor decides about what may have arrived or not, and about what was refused."""
        refused = Q(state=State.FAILED, reason=Delivery.Reason.REFUSED)
        return self.filter(Q(state=State.UNKNOWN) | refused)

    def again(self) -> int:
        """An editor wants these to be sent once more, though some may have arrived."""
        fresh = {"claim": None, "claimed_until": None, "due_at": Now(), "reason": ""}
        return self.undecided().update(state=State.PENDING, **fresh)

    def leave_so(self) -> int:
        """An editor decides that these are not sent again."""
        unknown = self.filter(state=State.UNKNOWN)
        left = unknown.update(state=State.FAILED, reason=Delivery.Reason.LEFT_SO)
        return left + self.undecided().update(reason=Delivery.Reason.LEFT_REFUSED)

    def went(self) -> Self:
        """Its reader may have it."""
        return self.filter(Q(state__in=Delivery.WENT) | Q(reason=Delivery.Reason.LEFT_SO))

    def at_provider(self, provider_id: str) -> Delivery | None:
        return self.filter(provider_id=provider_id).first() if provider_id else None

    def newest_to(self, subscriber: Subscriber) -> Delivery | None:
        return self.filter(subscriber=subscriber, state=State.SENT).order_by("accepted_at").last()

    def left_by(self, campaign_id: int, subscriber_id: int) -> None:
        """Somebody has left the list by the link in this letter."""
        theirs = self.filter(campaign=campaign_id, subscriber=subscriber_id, unsubscribed_at=None)
        theirs.update(unsubscribed_at=Now())

    def forget_words(self, ids: Collection[int]) -> None:
        """What mail servers said about these subscribers, which names them."""
        self.filter(subscriber__in=ids).update(said="", provider_id="")


class Delivery(models.Model):
    """A letter to one subscriber: sent once at most, unless an editor says so.

    `pending → sending (committed) → sent`. A sender first takes a handful: its `claim` is on them
    for a while, and they stay pending. Before each letter goes it says so (campaigns.ledger). If it
    dies then, nobody knows whether the letter arrived: it becomes `unknown`, and an editor decides.
    """

    State = State
    OPEN = (State.PENDING, State.SENDING)
    WENT = (State.SENDING, State.SENT, State.UNKNOWN)

    class Reason(models.TextChoices):
        """Why it is not sent."""

        OFF_THE_LIST = "off_the_list", _("no longer on the list")
        CHOSE_OTHERWISE = "chose_otherwise", _("wants other letters now")
        REFUSED = "refused", _("the mail server refused it")
        NO_MAILBOX = "no_mailbox", _("there is no such mailbox")
        GAVE_UP = "gave_up", _("the mail server put it off too often")
        LEFT_SO = "left_so", _("an editor left it so")
        LEFT_REFUSED = "left_refused", _("the mail server refused it, and an editor left it so")

    campaign = models.ForeignKey(  # the indexes below begin with it
        Campaign, models.CASCADE, related_name="deliveries", db_index=False
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

    objects = DeliveryQuerySet.as_manager()

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

    def skip(self, claim: uuid.UUID) -> bool:
        """Leave it out if its reader has left, or chosen otherwise, since; whether that is so."""
        mine = self._mine(claim).filter(state=State.PENDING)
        on_the_list = Subscriber.objects.filter(state=Subscriber.State.CONFIRMED)
        for readers, reason in (
            (on_the_list, self.Reason.OFF_THE_LIST),
            (willing(self.campaign), self.Reason.CHOSE_OTHERWISE),
        ):
            others = mine.filter(~Exists(readers.filter(pk=OuterRef("subscriber"))))
            if others.update(state=State.SKIPPED, reason=reason):
                return True
        return False

    def put_off(self, claim: uuid.UUID, said: str) -> None:
        """Once more later, and at last never."""
        if self.tries >= len(WAITS):
            return self.failed(claim, self.Reason.GAVE_UP, said)
        self._wait(claim, said, WAITS[self.tries])

    def untried(self, claim: uuid.UUID, said: str) -> None:
        """It was not its fault that nothing could be sent: that does not count."""
        self._wait(claim, said, WAITS[0], tries=F("tries") - 1)

    def failed(self, claim: uuid.UUID, reason: Reason, said: str) -> None:
        told = {"reason": reason, "said": said, "claimed_until": None}
        self._answered(claim).update(state=State.FAILED, **told)

    def not_known(self, claim: uuid.UUID, said: str) -> None:
        self._answered(claim).update(state=State.UNKNOWN, said=said, claimed_until=None)

    def _wait(self, claim: uuid.UUID, said: str, wait: timedelta, **more: Any) -> None:
        due = {"due_at": Now() + wait, "claim": None, "claimed_until": None}
        self._answered(claim).update(state=State.PENDING, said=said, **due, **more)

    def _mine(self, claim: uuid.UUID) -> DeliveryQuerySet:
        return Delivery.objects.filter(pk=self.pk, claim=claim)

    def _answered(self, claim: uuid.UUID) -> DeliveryQuerySet:
        """An answer that comes so late that it was given up counts as well."""
        return self._mine(claim).filter(state__in=(State.SENDING, State.UNKNOWN))


def _after(seconds: int) -> CombinedExpression:
    return Now() + timedelta(seconds=seconds)
