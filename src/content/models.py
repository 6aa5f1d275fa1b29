from __future__ import annotations

from typing import Self

from django.db import models
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cache.shown import Shown, ShownQuerySet
from catalog.models import Picture
from catalog.translated import Translated
from content import figures, markdown


class Home(Shown):
    """The one sentence and the one wide picture that open the home page. A single row."""

    sentence_en = models.CharField(_("sentence in English"), max_length=200)
    sentence_zh = models.CharField(_("sentence in Chinese"), max_length=200)
    picture = models.ForeignKey(Picture, models.SET_NULL, null=True, verbose_name=_("picture"))

    sentence = Translated("sentence")

    objects = ShownQuerySet["Home"].as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("home page")

    def __str__(self) -> str:
        return str(self.sentence)

    @classmethod
    def current(cls) -> Home | None:
        return cls.objects.select_related("picture").first()


class PageQuerySet(ShownQuerySet["Page"]):
    def in_footer(self) -> Self:
        """Enough of each to link to it."""
        return self.filter(in_footer=True).only("slug", "title_en", "title_zh")


class Page(Shown):
    """A page of words: about the shop, delivery, privacy. Its texts are Markdown."""

    slug = models.SlugField(pgettext_lazy("of a page", "address"), unique=True)
    title_en = models.CharField(_("title in English"), max_length=80)
    title_zh = models.CharField(_("title in Chinese"), max_length=80)
    text_en = models.TextField(_("text in English"))
    text_zh = models.TextField(_("text in Chinese"))
    in_footer = models.BooleanField(_("in the footer"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    updated = models.DateTimeField(_("updated"), auto_now=True)

    title, text = Translated("title"), Translated("text")

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name, verbose_name_plural = pgettext_lazy("of words", "page"), _("pages")

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("content:page", args=[self.slug])

    @property
    def html(self) -> SafeString:
        return markdown.render(figures.filled(self.text))

    @property
    def words(self) -> str:
        return markdown.paragraphs(figures.filled(self.text))
