from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cache.shown import Shown, ShownQuerySet
from catalog.translated import Translated


class CategoryQuerySet(ShownQuerySet["Category"]):
    def tree(self) -> list[Category]:
        """The top categories in order, each with its `branches` and `parent`; one query."""
        everything = list(self.select_related("picture"))
        tops: list[Category] = []
        by_id = {category.pk: category for category in everything}
        for category in everything:
            category.branches, category.parent = [], by_id.get(category.parent_id or 0)
        for category in everything:
            category.path()[0].parent = None  # a circle has no top: it is cut
        for category in everything:
            parent = category.parent
            (parent.branches if parent else tops).append(category)
        return tops

    def ids_below(self, *ids: int) -> list[int]:
        """These ids and those of all categories below them, in one query."""
        children: dict[int | None, list[int]] = {}
        for pk, parent in self.order_by().values_list("pk", "parent_id"):
            children.setdefault(parent, []).append(pk)
        found, waiting = [], [*ids]
        while waiting:
            found.append(pk := waiting.pop())
            waiting += [child for child in children.get(pk, []) if child not in found]
        return found


class Category(Shown):
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("in")
    )
    slug = models.SlugField(pgettext_lazy("of a page", "address"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    text_en = models.TextField(_("text in English"), blank=True)
    text_zh = models.TextField(_("text in Chinese"), blank=True)
    picture = models.ForeignKey(
        "catalog.Picture", models.SET_NULL, null=True, blank=True, verbose_name=_("picture")
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    name, other_name = Translated("name"), Translated("name", other=True)
    text = Translated("text")
    branches: list[Self]

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["position", Lower("name_en")]
        verbose_name, verbose_name_plural = _("category"), _("categories")

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("catalog:category", args=[self.slug])

    def path(self) -> list[Category]:
        """The way here from the top, itself last. A query for each step up."""
        above, seen = self, [self]
        while above.parent and above.parent not in seen:
            above = above.parent
            seen.insert(0, above)
        return seen

    def family(self) -> list[Category]:
        """Itself and all below it; of a category that `tree` has read."""
        return [self, *(each for branch in self.branches for each in branch.family())]

    def ids_below(self) -> list[int]:
        """Its own id and those of all below it, in one query."""
        return Category.objects.ids_below(self.pk)
