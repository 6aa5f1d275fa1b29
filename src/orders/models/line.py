from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog.models import Variant
from catalog.translated import Translated, in_language, joined, titled
from orders.models.order import Order


class OrderLine(models.Model):
    """A variant as it was sold. Amounts are minor units of the order's currency, tax included."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    variant = models.ForeignKey(Variant, models.SET_NULL, null=True, related_name="order_lines")
    sku = models.CharField(_("SKU"), max_length=40)
    name_en = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    choices_en = models.CharField(max_length=200, blank=True)
    choices_zh = models.CharField(max_length=200, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.PositiveIntegerField(_("unit price"))
    total = models.PositiveIntegerField(_("total"))
    tax_rate = models.PositiveIntegerField(_("tax rate"))
    tax = models.PositiveIntegerField(_("tax within"))
    discount = models.PositiveIntegerField(_("discount"), default=0)
    # Pieces. What is paid and not yet sent is held.
    held = models.PositiveIntegerField(_("held"), default=0)
    fulfilled = models.PositiveIntegerField(_("sent"), default=0)
    refunded = models.PositiveIntegerField(_("refunded"), default=0)
    written_off = models.PositiveIntegerField(_("written off"), default=0)
    restocked = models.PositiveIntegerField(_("came back"), default=0)
    asked_back = models.PositiveIntegerField(_("asked back"), default=0)  # and not decided yet

    name, choices = Translated("name"), Translated("choices")

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("line"), _("lines")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("held") + F("fulfilled") + F("written_off")),
                name="line_holds_at_most_its_quantity",
            ),
            models.CheckConstraint(
                condition=Q(refunded__lte=F("quantity")) & Q(restocked__lte=F("fulfilled")),
                name="line_pieces_refunded_once",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("refunded") + F("asked_back")),
                name="line_pieces_asked_back_once",
            ),
            models.CheckConstraint(
                condition=Q(total=F("unit_price") * F("quantity")), name="line_total_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(discount__lte=F("total")), name="line_discount_fits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    @property
    def charged(self) -> int:
        """What the line costs after its discount; `tax` is the tax within this."""
        return self.total - self.discount

    def title(self, language: str | None = None) -> str:
        """Name and choices: "Tea cup (Celadon)"."""
        language = language or translation.get_language()
        name = in_language(self, "name", language)
        choices = in_language(self, "choices", language)
        return titled(name, choices, language)

    @property
    def refundable(self) -> int:
        """Pieces that have not been given back, and are not asked back either."""
        return self.quantity - self.refunded - self.asked_back

    @property
    def standing(self) -> str:
        """What became of the pieces, in words: "2 sent, 1 refunded"; empty if nothing did."""
        words = []
        if n := self.fulfilled:
            words.append(ngettext("%(n)s sent", "%(n)s sent", n) % {"n": n})
        if n := self.refunded:
            words.append(ngettext("%(n)s refunded", "%(n)s refunded", n) % {"n": n})
        return joined(words)
