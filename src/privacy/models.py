"""A member's data as a file that waits to be downloaded. At most one of each member."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

FOLDER = "exports"  # in the private storage: no address leads there
CLAIM = timedelta(minutes=10)  # how long making one may take before another worker tries


class ExportQuerySet(models.QuerySet["Export"]):
    def ask(self, member: Any) -> Export | None:
        """Begin a new one, unless one is being made. What was made before is given up."""
        export, new = self.get_or_create(member=member)
        again = self.filter(pk=export.pk).exclude(state=Export.State.ASKED)
        begun = again.update(
            state=Export.State.ASKED, asked_at=Now(), claimed_until=None, name="", ready_at=None
        )
        return export if new or begun else None

    def due(self) -> Self:
        free = Q(claimed_until=None) | Q(claimed_until__lt=Now())
        return self.filter(free, state=Export.State.ASKED)

    def expired(self) -> Self:
        return self.filter(expires_at__lt=Now(), state=Export.State.READY)


class Export(models.Model):
    class State(models.TextChoices):
        ASKED = "asked", _("being made")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    member = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="export")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(_("asked for"), db_default=Now(), editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    ready_at = models.DateTimeField(_("ready since"), null=True, editable=False)
    expires_at = models.DateTimeField(_("kept until"), null=True, editable=False)
    name = models.CharField(max_length=60, editable=False)  # of the file, unguessable

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("export"), _("data of persons")
        permissions = [
            ("export_person", "Can see and download what is held about a person"),
            ("erase_person", "Can erase a person"),
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.get_state_display()}"

    @property
    def path(self) -> str:
        """Of the file, in the private storage."""
        return f"{FOLDER}/{self.name}"

    def claim(self) -> str:
        """A name for the file that this caller is to make; empty if it is for another to make."""
        name = f"{secrets.token_urlsafe(32)}.zip"
        mine = Export.objects.due().filter(pk=self.pk)
        return name if mine.update(claimed_until=Now() + CLAIM, name=name) else ""

    def move(self, made: str, to: State, **more: Any) -> bool:
        """End the making of this file; False if it was given up meanwhile."""
        mine = Export.objects.filter(pk=self.pk, state=Export.State.ASKED, name=made)
        return bool(mine.update(state=to, claimed_until=None, **more))
