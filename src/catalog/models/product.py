from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Self

from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cache.shown import Shown, ShownQuerySet
from catalog.models.category import Category
from catalog.models.picture import Picture
from catalog.models.variant import Variant
from catalog.translated import Translated


class TaxClass(Shown):
    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    rate = models.PositiveIntegerField(
        _("rate"), help_text=_("In basis points: 2000 is 20%. Prices include it.")
    )

    name = Translated("name")

    objects = ShownQuerySet["TaxClass"].as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name, verbose_name_plural = _("tax class"), _("tax classes")

    def __str__(self) -> str:
        return str(self.name)


class ProductQuerySet(ShownQuerySet["Product"]):
    def shown(self) -> Self:
        """Products the shop shows: switched on, with something to choose."""
        some = Variant.objects.filter(product=models.OuterRef("pk"), active=True)
        return self.filter(models.Exists(some), active=True)

    def for_cards(self, pks: Iterable[int], choices: bool = False) -> dict[int, Product]:
        """By id, with all that a card shows: two queries, whatever the number of products.

        With `choices`, which a card that leads with one variant needs, they are four.
        """
        more = ("values", "product__pictures__values") if choices else ("product__pictures",)
        variants = Variant.objects.filter(active=True, product__in=self.filter(pk__in=pks))
        products: dict[int, Product] = {}
        for variant in variants.select_related("product").prefetch_related(*more):
            if variant.product_id not in products:
                products[variant.product_id] = variant.product
                variant.product.shown_variants = []
            variant.product = products[variant.product_id]
            variant.product.shown_variants.append(variant)
        return products

    def for_detail(self) -> Self:
        """With all that the product page shows: a fixed number of queries."""
        variants = Variant.objects.filter(active=True).prefetch_related("values")
        return self.select_related("category__parent").prefetch_related(
            Prefetch("variants", variants), "pictures__values", "options__values"
        )


class Product(Shown):
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="products", verbose_name=_("category")
    )
    tax_class = models.ForeignKey(TaxClass, models.PROTECT, verbose_name=_("tax class"))
    slug = models.SlugField(pgettext_lazy("of a page", "address"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_zh = models.CharField(_("name in Chinese"), max_length=120)
    text_en = models.TextField(_("text in English"))
    text_zh = models.TextField(_("text in Chinese"))
    care_en = models.TextField(_("care in English"), blank=True)
    care_zh = models.TextField(_("care in Chinese"), blank=True)
    origin_en = models.CharField(_("origin in English"), max_length=200, blank=True)
    origin_zh = models.CharField(_("origin in Chinese"), max_length=200, blank=True)
    active = models.BooleanField(_("in the shop"), default=True)
    featured = models.BooleanField(_("on the home page"), default=False)
    position = models.PositiveIntegerField(_("position"), default=0)

    name, other_name = Translated("name"), Translated("name", other=True)
    text, care, origin = Translated("text"), Translated("care"), Translated("origin")

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name, verbose_name_plural = _("product"), _("products")
        indexes = [models.Index(fields=["position", "id"], condition=Q(featured=True), name="home")]

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        return reverse("catalog:product", args=[self.slug])

    # What a card shows. These read the lists that `for_cards` has fetched.

    leading: Variant | None = None  # the one that a filter has asked for: the card is about it

    @cached_property
    def shown_variants(self) -> list[Variant]:
        return list(self.variants.all())

    @property
    def main_picture(self) -> Picture | None:
        pictures = self.leading.pictures if self.leading else self.pictures.all()
        return next(iter(pictures), None)

    @property
    def card_address(self) -> str:
        return (self.leading or self).get_absolute_url()

    @property
    def cheapest(self) -> Variant:
        return min(self.shown_variants, key=lambda variant: (variant.price, variant.pk))

    @property
    def price_varies(self) -> bool:
        return len({variant.price for variant in self.shown_variants}) > 1


class Option(Shown):
    """What can be chosen of a product: a glaze, a size."""

    product = models.ForeignKey(
        Product, models.CASCADE, related_name="options", verbose_name=_("product")
    )
    code = models.SlugField(_("code"))
    name_en = models.CharField(_("name in English"), max_length=60)
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    position = models.PositiveIntegerField(_("position"), default=0)

    name = Translated("name")

    objects = ShownQuerySet["Option"].as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name, verbose_name_plural = _("option"), _("options")
        constraints = [models.UniqueConstraint(fields=["product", "code"], name="option_once")]

    def __str__(self) -> str:
        return f"{self.product} · {self.name}"


class OptionValue(Shown):
    option = models.ForeignKey(Option, models.CASCADE, related_name="values")
    code = models.SlugField(_("code"))
    name_en = models.CharField(_("name in English"), max_length=60)
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    position = models.PositiveIntegerField(_("position"), default=0)

    name = Translated("name")

    objects = ShownQuerySet["OptionValue"].as_manager()

    class Meta:
        ordering = ["option__position", "position", "pk"]
        verbose_name, verbose_name_plural = _("choice"), _("choices")
        constraints = [models.UniqueConstraint(fields=["option", "code"], name="value_once")]

    def __str__(self) -> str:
        return f"{self.option}: {self.name}"
