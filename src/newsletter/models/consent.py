from __future__ import annotations

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from newsletter.models.choice import Choice, Topic


class Consent(models.Model):
    """What somebody agreed to, when and where: the proof that the law asks for, kept after leaving.

    `client` is the network (/24, /48) the request came from: enough to tell a crowd of forged
    requests from one person's, and not to find that person's line.
    """

    subscriber = models.ForeignKey("newsletter.Subscriber", models.CASCADE, related_name="consents")
    asked_at = models.DateTimeField(_("asked"), db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    page = models.CharField(_("on the page"), max_length=200, blank=True)
    client = models.GenericIPAddressField(_("network"), null=True)
    wording = models.CharField(_("wording"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10)
    topics = models.JSONField(_("topics"), default=list)

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("consent"), _("consents")

    def __str__(self) -> str:
        return f"{self.subscriber} · {self.asked_at:%Y-%m-%d}"

    @transaction.atomic
    def confirm(self) -> None:
        """Put its subscriber on the list: once, and not after leaving."""
        subscriber = self.subscriber.locked()
        mine = subscriber.consents.filter(pk=self.pk, confirmed_at=None, ended_at=None)
        if subscriber.email and mine.update(confirmed_at=Now()):
            subscriber._unlink()
            topics = list(Topic.objects.filter(pk__in=self.topics))
            subscriber._enter(Choice(self.language, topics))
