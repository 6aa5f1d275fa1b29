from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contact import mail
from contact.models.event import Event
from contact.models.message import Message
from outbox.models import Message as Mail
from uploads.storage import all_or_nothing


class NotNow(Exception):
    """The thread is in no state for this."""


class ThreadQuerySet(models.QuerySet["Thread"]):
    def waiting(self) -> ThreadQuerySet:
        """Those that somebody at the shop should see to."""
        return self.filter(state__in=Thread.WAITING)

    def of(self, member: Any, emails: set[str]) -> ThreadQuerySet:
        """What a person has written; `emails` in small letters."""
        theirs = models.Q(email__in=emails)
        return self.filter(theirs | models.Q(member=member) if member else theirs)

    def outlived(self) -> ThreadQuerySet:
        """Closed, and nothing written in them for as long as one may come back to it."""
        lately = Now() - timedelta(days=settings.CONTACT_KEPT_DAYS)
        talked = Message.objects.filter(thread=models.OuterRef("pk"), at__gt=lately)
        return self.filter(~models.Exists(talked), state=Thread.State.CLOSED)

    @transaction.atomic
    def forget(self) -> None:
        """Delete them, their pictures and the mails about them."""
        messages = list(Message.objects.filter(thread__in=self))
        Mail.objects.filter(about__in=[mail.about(each) for each in messages]).delete()
        for message in messages:
            if message.picture:
                remove = partial(message.picture.storage.delete, str(message.picture.name))
                transaction.on_commit(remove, robust=True)
        self.filter(pk__in=[each.thread_id for each in messages]).delete()

    def begin(self, once: uuid.UUID, *, text: str, picture: Any = None, **told: Any) -> Thread:
        """Keep what somebody writes, tell the shop and thank them; the same `once` does it once.

        Raises uploads.storage.NotStored if there is no room for the picture; then nothing is kept.
        """
        try:
            with all_or_nothing(), transaction.atomic():
                thread = self.create(once=once, **told)
                message = thread.messages.create(text=text, picture=picture or "")
                mail.to_shop(thread, message)
                message.mail_id = mail.received(thread, message).message_id
                message.save(update_fields=["mail_id"])
        except IntegrityError:
            if found := self.filter(once=once).first():  # sent twice
                return found
            raise
        return thread


class Thread(models.Model):
    """What somebody has asked the shop, and what became of it."""

    class State(models.TextChoices):
        NEW = "new", _("new")
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")

    WAITING = (State.NEW, State.OPEN)

    once = models.UUIDField(unique=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("email address"))
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="threads",
        verbose_name=_("member"),
    )
    subject = models.CharField(_("subject"), max_length=150)
    order_number = models.CharField(_("order number"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assignee"),
    )
    created_at = models.DateTimeField(_("written"), db_default=Now(), editable=False)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name, verbose_name_plural = _("letter"), _("letters")
        permissions = [("answer_thread", _("Can answer, assign and close letters"))]
        indexes = [models.Index(fields=["state", "-id"])]

    def __str__(self) -> str:
        return self.subject

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Addresses are compared in small letters."""
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("admin:contact_thread_change", args=[self.pk])

    @property
    def reference(self) -> str:
        """What its mails call it; it says nothing about how many there are."""
        return self.once.hex[:8].upper()

    @property
    def first(self) -> Message:
        """What it began with."""
        return self.messages.earliest("pk")

    def reply(self, text: str, by: Any, once: uuid.UUID) -> Message:
        """Answer by mail, and keep the answer; the same `once` does it once. Raises NotNow."""
        with transaction.atomic():
            Thread.objects.select_for_update().get(pk=self.pk)
            if sent := self.messages.filter(once=once).first():
                return sent
            self._become(self.State.ANSWERED, Event.Kind.ANSWERED, by)
            earlier = [each.mail_id for each in self.messages.all()]
            message = self.messages.create(text=text, author=by, from_shop=True, once=once)
            message.mail_id = mail.reply(self, message, earlier).message_id
            message.save(update_fields=["mail_id"])
        return message

    def assign(self, to: Any, by: Any) -> None:
        """Give it to somebody, or to nobody. What is answered stays so. Raises NotNow."""
        with transaction.atomic():
            opened = self.State.OPEN if self.state == self.State.NEW else self.state
            self._become(opened, Event.Kind.ASSIGNED, by, about=to, assignee=to)

    def close(self, by: Any) -> None:
        self._become(self.State.CLOSED, Event.Kind.CLOSED, by)

    def reopen(self, by: Any) -> None:
        self._become(self.State.OPEN, Event.Kind.REOPENED, by, closed=True)

    @transaction.atomic
    def _become(
        self,
        state: str,
        kind: Event.Kind,
        by: Any,
        *,
        about: Any = None,
        closed: bool = False,
        **more: Any,
    ) -> None:
        """One statement decides; `closed` is whether it must be closed now, or must not be."""
        row = Thread.objects.filter(pk=self.pk)
        row = (
            row.filter(state=self.State.CLOSED) if closed else row.exclude(state=self.State.CLOSED)
        )
        if not row.update(state=state, **more):
            raise NotNow
        self.events.create(kind=kind, by=by, about=about)
        self.refresh_from_db()
