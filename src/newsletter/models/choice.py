"""What letters may be about, and what somebody chose of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.translated import Translated


class Topic(models.Model):
    """What letters may be about. Who asks for letters gets all of those that are offered then."""

    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    offered = models.BooleanField(_("offered"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    name = Translated("name")

    class Meta:
        ordering = ["position", "pk"]
        verbose_name, verbose_name_plural = _("topic"), _("topics")

    def __str__(self) -> str:
        return str(self.name)


@dataclass(frozen=True)
class Source:
    """Where a choice was made: the page's name, the client's network, the words that were shown."""

    page: str = ""
    client: str | None = None
    wording: str = ""


@dataclass(frozen=True)
class Choice:
    language: str
    topics: list[Topic]
