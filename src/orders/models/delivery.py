from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import TaxClass
from catalog.translated import Translated


class DeliveryMethodQuerySet(models.QuerySet["DeliveryMethod"]):
    def to(self, country: str) -> Sequence[DeliveryMethod]:
        """The methods made for a country (ISO 3166 code); those for everywhere if it has none."""
        methods = list(self.filter(active=True).select_related("tax_class"))
        own = [method for method in methods if country in method.countries]
        return own or [method for method in methods if not method.countries]


class DeliveryMethod(models.Model):
    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    text_en = models.CharField(_("text in English"), max_length=200, blank=True)
    text_zh = models.CharField(_("text in Chinese"), max_length=200, blank=True)
    price = models.PositiveIntegerField(_("price"), help_text=_("In pence, tax included."))
    free_from = models.PositiveIntegerField(
        _("free from"), null=True, blank=True, help_text=_("In pence of goods; empty for never.")
    )
    countries = models.JSONField(
        _("countries"),
        default=list,
        blank=True,
        help_text=_("Country codes as a list, like [“GB”, “IE”]; empty for everywhere."),
    )
    tax_class = models.ForeignKey(TaxClass, models.PROTECT, verbose_name=_("tax class"))
    active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    name, text = Translated("name"), Translated("text")

    objects = DeliveryMethodQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name, verbose_name_plural = _("delivery method"), _("delivery methods")

    def __str__(self) -> str:
        return str(self.name)

    def price_for(self, goods: int) -> int:
        """What it costs for goods of this total; both in minor units, tax included."""
        return 0 if self.free_from is not None and goods >= self.free_from else self.price
