"""Transactional mail, written in the transaction of the change that causes it.

At least once, with a stable Message-ID: a crash between sending and noting it sends again, and
the reader's mailbox sees one message.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from outbox.mail import Mail

CLAIM = timedelta(minutes=5)  # how long a sender may take before another tries
GIVEN_UP = timedelta(days=7)  # after which a mail that is not to be kept is not sent either


def _message_id() -> str:
    return f"<{uuid.uuid4()}@{urlsplit(settings.SITE_URL).hostname}>"


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self) -> Self:
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=Now())
        return self.filter(free, sent_at__isnull=True)

    def outlived(self) -> Self:
        """Sent so long ago that nobody asks what it said, or never to leave a trace and unsent."""
        sent = Q(sent_at__lt=Now() - timedelta(days=settings.MAILS_KEPT_DAYS))
        stuck = Q(kept=False, created_at__lt=Now() - GIVEN_UP)
        return self.filter(sent | stuck)


class Message(models.Model):
    about = models.CharField(_("about"), max_length=60)
    kind = models.CharField(_("kind"), max_length=30)
    to = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"))
    message_id = models.CharField(max_length=120, unique=True, default=_message_id, editable=False)
    headers = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("written"), db_default=Now(), editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveIntegerField(_("tries"), default=0, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    # The last mail to a person who is erased goes as soon as it is sent.
    kept = models.BooleanField(default=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name, verbose_name_plural = _("message"), _("messages")
        constraints = [models.UniqueConstraint(fields=["about", "kind"], name="one_mail_per_event")]
        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="unsent")]

    def __str__(self) -> str:
        return self.subject

    @property
    def mail(self) -> Mail:
        headers = {"Message-ID": self.message_id, "Content-Language": self.language}
        mail = Mail(self.subject, self.text, to=[self.to], headers=headers | self.headers)
        mail.attach_alternative(self.html, "text/html")
        return mail

    def deliver(self) -> bool:
        """Send it unless it is sent, or in another sender's hands. Raises what the mailer raises.

        No transaction is open while the mail server is spoken to. After a failure the claim
        lapses by itself, later each time (5, 10, 20 minutes … at most a day).
        """
        wait = min(CLAIM * 2 ** min(self.tries, 9), timedelta(days=1))
        mine = Message.objects.due().filter(pk=self.pk)
        if not mine.update(claimed_until=Now() + wait, tries=F("tries") + 1):
            return False
        self.mail.send()
        if self.kept:
            Message.objects.filter(pk=self.pk).update(sent_at=Now())
        else:
            Message.objects.filter(pk=self.pk).delete()
        return True
