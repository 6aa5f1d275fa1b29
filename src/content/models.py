from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Picture
from catalog.translated import Translated


class Home(models.Model):
    """The one sentence and the one wide picture that open the home page. A single row."""

    sentence_en = models.CharField(_("sentence in English"), max_length=200)
    sentence_zh = models.CharField(_("sentence in Chinese"), max_length=200)
    picture = models.ForeignKey(Picture, models.SET_NULL, null=True, verbose_name=_("picture"))

    sentence = Translated("sentence")

    class Meta:
        verbose_name = verbose_name_plural = _("home page")

    def __str__(self) -> str:
        return str(self.sentence)

    @classmethod
    def current(cls) -> Self | None:
        return cls.objects.select_related("picture").first()
