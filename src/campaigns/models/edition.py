from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Edition(models.Model):
    """A letter's pieces in one language as they were when it began to be sent: what readers get
    later, and what the archive shows, has the same names, prices and pictures.
    """

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="editions")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    pieces = models.JSONField()

    class Meta:
        verbose_name, verbose_name_plural = _("edition"), _("editions")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "language"], name="one_edition_each")
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.language}"
