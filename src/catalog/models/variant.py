from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from prometheus_client import Counter

from cache.shown import Shown, ShownQuerySet
from cache.versions import SHOP, STOCK
from catalog.models.picture import Picture
from catalog.translated import Translated, titled

STOCK_MISSES = Counter("shop_stock_misses", "Pieces asked for at placement that were gone.")
FEW = 3  # from here down the page says how many are left


class Availability(models.TextChoices):
    IN_STOCK = "in-stock", _("In stock")
    FEW = "few", _("Few left")
    MADE_TO_ORDER = "made-to-order", _("Made to order")
    SOLD_OUT = "sold-out", _("Sold out")


class VariantQuerySet(ShownQuerySet["Variant"]):
    @staticmethod
    def version_of(fields: Iterable[str]) -> str:
        return STOCK if set(fields) == {"stock"} else SHOP

    def buyable(self) -> Self:
        return self.filter(active=True, product__active=True)

    def take(self, pk: int, quantity: int) -> bool:
        """Take stock in one statement, or nothing at all: the only place where stock falls.

        Stock that is not counted (NULL) stays so. Reading first and writing after would oversell.
        """
        enough = Q(stock__isnull=True) | Q(stock__gte=quantity)
        found = self.filter(enough, pk=pk, active=True)
        if taken := bool(found.update(stock=F("stock") - quantity)):
            return taken
        STOCK_MISSES.inc(quantity)
        return False

    def give_back(self, pk: int, quantity: int) -> None:
        self.filter(pk=pk).update(stock=F("stock") + quantity)

    def restock(self, pk: int, pieces: int) -> bool:
        """Add pieces, or take them away if negative; False if there are not as many.

        Counting begins at 0 for a variant whose stock was not counted.
        """
        enough = self.filter(pk=pk).alias(now=Coalesce("stock", 0)).filter(now__gte=-pieces)
        return bool(enough.update(stock=Coalesce("stock", 0) + pieces))


class Variant(Shown):
    product = models.ForeignKey("catalog.Product", models.CASCADE, related_name="variants")
    sku = models.CharField(
        _("SKU"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]+(-[A-Z0-9]+)*$", _("Capitals, digits, hyphens."))],
    )
    values = models.ManyToManyField("catalog.OptionValue", blank=True, verbose_name=_("choices"))
    price = models.PositiveIntegerField(_("price"), help_text=_("In pence, tax included."))
    compare_at = models.PositiveIntegerField(
        _("price before"), null=True, blank=True, help_text=_("Only for a sale: struck through.")
    )
    stock = models.IntegerField(
        _("stock"), null=True, blank=True, help_text=_("Leave empty if it is made to order.")
    )
    weight = models.PositiveIntegerField(_("weight in grams"), default=0)
    active = models.BooleanField(_("in the shop"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    objects = VariantQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name, verbose_name_plural = _("variant"), _("variants")
        constraints = [
            models.CheckConstraint(condition=Q(stock__gte=0), name="stock_not_negative"),
            models.CheckConstraint(condition=Q(compare_at__gt=F("price")), name="sale_is_cheaper"),
        ]

    choices = Translated("choices")

    def __str__(self) -> str:
        return self.sku

    def get_absolute_url(self) -> str:
        return f"{self.product.get_absolute_url()}?v={self.sku}"

    # `choices` in words, "Celadon, Large"; empty for a product without options.

    @property
    def choices_en(self) -> str:
        return ", ".join(value.name_en for value in self.values.all())

    @property
    def choices_zh(self) -> str:
        return "、".join(value.name_zh for value in self.values.all())

    @property
    def title(self) -> str:
        return titled(self.product.name, self.choices)

    @property
    def pictures(self) -> list[Picture]:
        """The product's pictures: those of this variant first, without those of other choices."""
        mine = set(self.values.all())
        everything = list(self.product.pictures.all())
        fitting = [picture for picture in everything if set(picture.values.all()) <= mine]
        return sorted(fitting, key=lambda picture: not picture.values.all()) or everything[:1]

    @property
    def on_hand(self) -> float:
        """Pieces that can be had now; infinite where stock is not counted."""
        return float("inf") if self.stock is None else self.stock

    @property
    def readiness(self) -> tuple[int, float]:
        """To compare by: what lies on the shelf comes before what has yet to be made."""
        order = [Availability.SOLD_OUT, Availability.FEW, Availability.MADE_TO_ORDER]
        rank = order.index(self.availability) if self.availability in order else len(order)
        return rank, self.on_hand

    @property
    def availability(self) -> Availability:
        if self.stock is None:
            return Availability.MADE_TO_ORDER
        if self.stock == 0:
            return Availability.SOLD_OUT
        return Availability.FEW if self.stock <= FEW else Availability.IN_STOCK
