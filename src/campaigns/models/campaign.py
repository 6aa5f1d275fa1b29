from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.models.event import Event
from catalog.models import Category, Product
from catalog.translated import Translated
from coupons.models import Coupon
from newsletter.models import Topic
from outbox.doorbell import ring

if TYPE_CHECKING:
    from uuid import UUID

REFUSALS = 20  # letters in a row: then it is hardly the readers' mailboxes


class NotNow(Exception):  # noqa: N818 it reads as what happened
    """The campaign is in no state for this."""


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def due(self) -> CampaignQuerySet:
        """Scheduled for a moment that has come, by the database's clock."""
        return self.filter(state=Campaign.State.SCHEDULED, scheduled_at__lte=Now())

    def readable(self) -> CampaignQuerySet:
        """Those that everybody may read who knows the address, as whoever got one does.

        One that is cancelled stays so for them, if it had gone to anybody; else it was never said.
        """
        from campaigns.models.delivery import Delivery

        went = Delivery.objects.went().filter(campaign=models.OuterRef("pk"))
        return self.filter(models.Exists(went), is_public=True)

    def public(self) -> CampaignQuerySet:
        """Those that stand in the archive, newest first."""
        return self.readable().filter(state=Campaign.State.SENT).order_by("-ended_at", "-pk")


class Campaign(models.Model):
    """One letter to many: what it says, whom it is for, and how far it has come."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        SENDING = "sending", _("being sent")
        PAUSED = "paused", _("paused")
        SENT = "sent", _("sent")
        CANCELLED = "cancelled", _("cancelled")

    BEGUN = (State.SENDING, State.PAUSED, State.SENT)
    OPEN = (State.DRAFT, State.SCHEDULED)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    subject_en = models.CharField(_("subject in English"), max_length=150)
    subject_zh = models.CharField(_("subject in Chinese"), max_length=150)
    preheader_en = models.CharField(_("preheader in English"), max_length=150, blank=True)
    preheader_zh = models.CharField(_("preheader in Chinese"), max_length=150, blank=True)
    coupon = models.ForeignKey(
        Coupon, models.PROTECT, null=True, blank=True, verbose_name=_("coupon")
    )
    is_public = models.BooleanField(_("in the archive once it is sent"), default=True)

    # Whom it is for (campaigns.audience). What is left empty leaves nobody out.
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, verbose_name=_("who wants letters about")
    )
    language = models.CharField(
        _("who reads"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    products = models.ManyToManyField(
        Product, blank=True, related_name="+", verbose_name=_("who has bought")
    )
    categories = models.ManyToManyField(
        Category, blank=True, related_name="+", verbose_name=_("who has bought something in")
    )
    ordered_since = models.DateField(_("who has ordered since"), null=True, blank=True)
    not_ordered_since = models.DateField(_("who has not ordered since"), null=True, blank=True)

    made_at = models.DateTimeField(_("made"), db_default=Now(), editable=False)
    scheduled_at = models.DateTimeField(_("scheduled for"), null=True, editable=False)
    begun_at = models.DateTimeField(_("begun"), null=True, editable=False)
    # The last subscriber (id) for whom a delivery has been written, and when that was finished.
    fanned_to = models.BigIntegerField(default=0, editable=False)
    fanned_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    # Letters that the mail server has refused since it accepted one.
    refusals = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    subject, preheader = Translated("subject"), Translated("preheader")

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name, verbose_name_plural = _("campaign"), _("campaigns")
        permissions = [("send_campaign", _("Can test, send, pause and cancel campaigns"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(scheduled_at__isnull=False),
                name="campaign_scheduled_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.subject)

    def get_absolute_url(self) -> str:
        """Its page in the archive, once it has begun to be sent, if it is public."""
        return reverse("campaigns:letter", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it may still be written."""
        return self.state in self.OPEN

    def schedule(self, at: Any, by: Any) -> None:
        """Begin at that moment. Raises NotNow, as all of these do."""
        self._become(self.State.SCHEDULED, self.OPEN, Event.Kind.SCHEDULED, by, scheduled_at=at)

    def withdraw(self, by: Any) -> None:
        """Not at that moment after all: it is a draft again."""
        draft, scheduled = self.State.DRAFT, (self.State.SCHEDULED,)
        self._become(draft, scheduled, Event.Kind.WITHDRAWN, by, scheduled_at=None)

    def begin(self, by: Any = None) -> None:
        self._become(self.State.SENDING, self.OPEN, Event.Kind.BEGUN, by, begun_at=Now())
        self.ring()

    def pause(self, by: Any) -> None:
        self._become(self.State.PAUSED, (self.State.SENDING,), Event.Kind.PAUSED, by)

    def resume(self, by: Any) -> None:
        paused = (self.State.PAUSED,)
        self._become(self.State.SENDING, paused, Event.Kind.RESUMED, by, refusals=0)
        self.ring()

    def refused(self) -> None:
        """One letter more. So many in a row pause it, before the whole list is lost."""
        mine = Campaign.objects.filter(pk=self.pk)
        mine.update(refusals=F("refusals") + 1)
        if mine.filter(refusals__gte=REFUSALS).exists():
            with suppress(NotNow):
                going = (self.State.SENDING,)
                self._become(self.State.PAUSED, going, Event.Kind.REFUSED, None)

    def accepted(self) -> None:
        Campaign.objects.filter(pk=self.pk, refusals__gt=0).update(refusals=0)

    @property
    def refusal(self) -> str:
        """What the mail server said at last, if that has paused it."""
        last = self.events.last() if self.state == self.State.PAUSED else None
        if last is None or last.kind != Event.Kind.REFUSED:
            return ""
        refused = self.deliveries.filter(state="failed").exclude(said="")
        return refused.order_by("pk").values_list("said", flat=True).last() or "–"

    def cancel(self, by: Any) -> None:
        """Send no more of it. What is sent stays sent."""
        ending = (*self.OPEN, self.State.SENDING, self.State.PAUSED)
        self._become(self.State.CANCELLED, ending, Event.Kind.CANCELLED, by, ended_at=Now())

    def end(self) -> bool:
        """Once nothing is left to send; whether that is so."""
        if self.fanned_at is None or self.deliveries.unfinished().exists():
            return False
        with suppress(NotNow):
            going = (self.State.SENDING,)
            self._become(self.State.SENT, going, Event.Kind.SENT, None, ended_at=Now())
        return True

    @transaction.atomic
    def send_again(self, deliveries: Collection[int], by: Any) -> int:
        """Of these, those that an editor may decide about; how many. Raises NotNow."""
        number = self.deliveries.filter(pk__in=deliveries).again()
        if number and self.state == self.State.SENT:
            self._go_on(by)
        self.ring()
        return number

    def go_on(self) -> None:
        """It had ended, and there is a letter to send."""
        with suppress(NotNow):
            self._go_on(None)

    def _go_on(self, by: Any) -> None:
        ended, fresh = (self.State.SENT,), {"ended_at": None, "refusals": 0}
        self._become(self.State.SENDING, ended, Event.Kind.RESUMED, by, **fresh)

    def ring(self) -> None:
        """Ask workers to send it, as many as it has free seats, once this is committed."""
        for ticket in self.seats.hold_free(self.pk):
            self.ring_for(ticket)

    def ring_for(self, ticket: UUID) -> None:
        """Ask a worker to take the seat that has this ticket (campaigns.models.Seat)."""
        from campaigns.tasks import send

        ring(send, str(ticket))

    @transaction.atomic
    def _become(
        self, state: str, of: tuple[str, ...], kind: Event.Kind, by: Any, **more: Any
    ) -> None:
        """One statement decides."""
        if not Campaign.objects.filter(pk=self.pk, state__in=of).update(state=state, **more):
            raise NotNow
        self.events.create(kind=kind, by=by)
        self.refresh_from_db()
