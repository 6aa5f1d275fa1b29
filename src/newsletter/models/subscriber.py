from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from coupons.models import Coupon
from coupons.person import Person
from newsletter import links, mail
from newsletter.models.choice import Choice, Source, Topic
from newsletter.models.consent import Consent
from newsletter.models.moving import stand_for_nobody, take_the_place_of
from newsletter.models.welcome import WelcomeOffer


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def of(self, email: str) -> Subscriber | None:
        """By a normal address (newsletter.address), also if that has been erased since."""
        return self.filter(Q(email=email) | Q(person=Person.of(email).email)).first()

    @transaction.atomic
    def ask(self, email: str, choice: Choice, source: Source) -> None:
        """Somebody asks for letters to a normal address: one mail goes there, whatever we know."""
        subscriber = self._known(email, choice.language)
        if subscriber.state == Subscriber.State.CONFIRMED:
            mail.on_the_list(subscriber)
            return
        subscriber._set(language=choice.language)
        subscriber._unlink()
        consent = subscriber._agree(choice, source)
        mail.please_confirm(subscriber, consent.pk)

    @transaction.atomic
    def join(self, email: str, member: Any, choice: Choice, source: Source) -> None:
        """A member whose verified address this is wants letters there: no mail asks again."""
        subscriber = self._known(email, choice.language)
        subscriber._agree(choice, source, confirmed_at=Now())
        self.filter(pk=subscriber.pk).update(member=member)
        subscriber._enter(choice)

    @transaction.atomic
    def move(self, old: str, new: str, member: Any, source: Source) -> bool | None:
        """A member has proven `new`, which takes the place of `old`: their letters go there.

        The row is its reader and has another address from now on, unless there is a row for that:
        what had been chosen there stays, and letters that had been ended there stay ended. Both
        are normal addresses; `new` is empty where letters cannot go to it. Whether letters go to
        it now, or None where none had gone to `old`.
        """
        known = self.of(old)
        if known is None or not known.is_on_the_list:
            return None
        there = self._row(new, known.language) if new else known
        rows = self.select_for_update().filter(pk__in=[known.pk, there.pk]).order_by("pk")
        now = {each.pk: each for each in rows}
        if there.pk not in now:  # somebody else has just taken its place
            return self.move(old, new, member, source)
        was, here = now[known.pk], now[there.pk]
        if new and was == here or was.email != old or not was.is_on_the_list:
            return None  # by another spelling, or by another request
        was._set(member=member)
        if here.state == Subscriber.State.ASKED:
            take_the_place_of(here, was, source)
            return True
        stand_for_nobody(was)
        if is_there := here.is_on_the_list:
            here._set(member=member)
        return is_there

    def behind(self, pk: int) -> Subscriber | None:
        """Whom a mailed link (of this row) is about: its reader may get letters as another now."""
        found = self.filter(pk=pk).first()
        if found is None or found.is_on_the_list or found.member_id is None:
            return found
        now = self.filter(member=found.member_id, state=Subscriber.State.CONFIRMED)
        return now.first() or found

    def forget(self) -> None:
        """Drop what was asked and not confirmed while the link was good."""
        lapsed = Now() - timedelta(days=settings.NEWSLETTER_CONFIRM_DAYS)
        Consent.objects.filter(confirmed_at=None, asked_at__lt=lapsed).delete()
        waiting = Consent.objects.filter(subscriber=models.OuterRef("pk"), confirmed_at=None)
        idle = self.filter(~models.Exists(waiting))
        asked, erased = Q(state=Subscriber.State.ASKED), Q(erased_at__isnull=False)
        with transaction.atomic():  # who asks just now holds the row: then look once more
            held = idle.filter(asked | erased).order_by("pk").select_for_update()
            found = idle.filter(pk__in=list(held.values_list("pk", flat=True)))
            found.filter(erased).update(email=None)
            found.filter(asked).delete()

    def _known(self, email: str, language: str) -> Subscriber:
        """The one row of an address, locked. Of one that was erased, the address is known again."""
        subscriber = self.select_for_update()._row(email, language)
        if subscriber.email is None:
            subscriber._set(email=email)
        return subscriber

    def _row(self, email: str, language: str) -> Subscriber:
        new = {"email": email, "language": language}
        known = Person.of(email).email
        try:
            return self.of(email) or self.get_or_create(person=known, defaults=new)[0]
        except IntegrityError:  # a member's row has just come here: the next statement sees it
            return self._row(email, language)


class Subscriber(models.Model):
    """A reader, by the address that letters go to, or went to, or may never go to again.

    A member takes it along to another address. Erased, it keeps the address's keyed hash alone, so
    that a suppression holds and nobody is welcomed twice.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("not confirmed")
        CONFIRMED = "confirmed", _("on the list")
        LEFT = "left", _("has left")
        SUPPRESSED = "suppressed", _("not to be written to")

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("mail came back")
        COMPLAINED = "complained", _("reported as unwanted")
        EDITOR = "editor", _("an editor’s decision")

    # Empty once it is erased; an empty text would be unique as well.
    email = models.EmailField(  # noqa: DJ001
        _("email address"), unique=True, null=True, editable=False
    )
    person = models.CharField(max_length=64, unique=True, editable=False)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, verbose_name=_("user")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    topics = models.ManyToManyField(Topic, blank=True, verbose_name=_("topics"))
    welcome = models.OneToOneField(
        Coupon, models.PROTECT, null=True, editable=False, verbose_name=_("welcome code")
    )
    made_at = models.DateTimeField(_("first asked"), db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    left_at = models.DateTimeField(_("left"), null=True, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name, verbose_name_plural = _("subscriber"), _("subscribers")
        indexes = [models.Index(fields=["state", "language"], name="subscriber_audience")]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=None) | Q(email=Lower("email")), name="subscriber_small_letters"
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | ~Q(state="confirmed"),
                name="subscriber_confirmed_has_address",
            ),
        ]

    def __str__(self) -> str:
        return self.email or str(_("erased"))

    @property
    def is_on_the_list(self) -> bool:
        return self.state == self.State.CONFIRMED

    @property
    def preferences_url(self) -> str:
        return links.address("preferences", self.pk, self.language)

    @property
    def leave_url(self) -> str:
        return links.address("leave", self.pk, self.language)

    @property
    def preferences_path(self) -> str:
        return links.path("preferences", self.pk)

    @property
    def leave_path(self) -> str:
        return links.path("leave", self.pk)

    @property
    def mail_headers(self) -> dict[str, str]:
        """What every letter carries, so that mail programs offer to leave (RFC 2369, RFC 8058)."""
        return {
            "List-Unsubscribe": f"<{self.leave_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    def locked(self) -> Subscriber:
        """This row as it is now, for the rest of the transaction nobody else's to change."""
        return Subscriber.objects.select_for_update().get(pk=self.pk)

    @transaction.atomic
    def choose(self, choice: Choice, source: Source) -> bool:
        """Change what is sent to somebody on the list; whether there was somebody."""
        now = self.locked()
        if not now.is_on_the_list:
            return False
        now._agree(choice, source, confirmed_at=Now())
        now._set(language=choice.language)
        now.topics.set(choice.topics)
        return True

    @transaction.atomic
    def leave(self) -> None:
        """Off the list, and out of date whatever was asked; the same however often it is done."""
        now = self.locked()
        if now.state in {self.State.ASKED, self.State.CONFIRMED}:
            now._set(state=self.State.LEFT, left_at=Now())
        now.consents.filter(ended_at=None).update(ended_at=Now())

    @transaction.atomic
    def suppress(self, reason: Subscriber.Reason) -> None:
        """Send no letter there until its reader asks, and confirms, anew.

        It is about the address that this was read with: its reader may have moved on since.
        """
        if self.locked().person == self.person:
            self.leave()
            self._set(state=self.State.SUPPRESSED, reason=reason)

    @transaction.atomic
    def release(self) -> None:
        """Take back a suppression: from then on it has just left."""
        now = self.locked()
        if now.state == self.State.SUPPRESSED:
            now._set(state=self.State.LEFT, reason="", left_at=Now())

    @transaction.atomic
    def erase(self) -> None:
        """Keep nothing that names anybody: that there was a consent, and the keyed hash."""
        self.leave()
        self._set(email=None, member=None, erased_at=Now())
        self.topics.clear()
        self.consents.update(client=None)

    def _agree(self, choice: Choice, source: Source, confirmed_at: Any = None) -> Consent:
        return self.consents.create(
            confirmed_at=confirmed_at,
            page=source.page,
            client=source.client,
            wording=source.wording,
            language=choice.language,
            topics=[topic.pk for topic in choice.topics],
        )

    def _enter(self, choice: Choice) -> None:
        """Onto the list, with a welcome. For a locked row."""
        if self.is_on_the_list:
            return
        fresh = {"reason": "", "left_at": None, "erased_at": None}
        confirmed = {"state": self.State.CONFIRMED, "confirmed_at": Now()}
        self._set(language=choice.language, **confirmed, **fresh)
        self.topics.set(choice.topics)
        mail.welcome(self, self._issue_welcome())

    def _unlink(self) -> None:
        """From a member who has another address now: this mailbox may be somebody else’s."""
        theirs = EmailAddress.objects.filter(
            user=models.OuterRef("member"), email=models.OuterRef("email"), verified=True
        )
        Subscriber.objects.filter(~models.Exists(theirs), pk=self.pk).update(member=None)

    def _issue_welcome(self) -> Coupon | None:
        """The one code that this reader and this address ever get, or None if they have had it."""
        offer = WelcomeOffer.objects.first()
        if offer is None or self.welcome_id or self.email is None:
            return None
        person = Person.of(self.email)
        if Coupon.objects.filter(only_for=person.email).exists():
            return None
        self._set(welcome=offer.issue(person))
        return self.welcome

    def _set(self, **values: Any) -> None:
        Subscriber.objects.filter(pk=self.pk).update(**values)
        self.refresh_from_db()
