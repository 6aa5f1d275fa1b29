from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Wish(models.Model):
    """What a member keeps for later. A variant that leaves the shop leaves its id here, so that
    its going can be told.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wishes")
    variant_id = models.BigIntegerField()
    kept_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-pk"]
        verbose_name, verbose_name_plural = _("wish"), _("wishes")
        constraints = [
            models.UniqueConstraint(fields=["member", "variant_id"], name="wish_once_per_member")
        ]

    def __str__(self) -> str:
        return f"{self.member} · {self.variant_id}"
