import secrets
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

FOLDER = "contact"  # in the private storage


def private() -> Storage:
    return storages["private"]


def unguessable(message: Any, name: str) -> str:
    """Nothing of the name that it came with."""
    return f"{FOLDER}/{secrets.token_urlsafe(24)}.jpeg"


class Message(models.Model):
    """One letter of a thread, from its sender or from the shop."""

    thread = models.ForeignKey("contact.Thread", models.CASCADE, related_name="messages")
    from_shop = models.BooleanField(default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.TextField(_("message"))
    picture = models.FileField(_("picture"), upload_to=unguessable, storage=private, blank=True)
    once = models.UUIDField(unique=True, null=True, editable=False)
    mail_id = models.CharField(max_length=120, blank=True)  # of the mail that its reader got
    at = models.DateTimeField(_("written"), db_default=Now(), editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("message"), _("messages")

    def __str__(self) -> str:
        return self.text[:60]
