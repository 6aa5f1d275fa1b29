from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.translated import Translated
from coupons.models import Coupon
from orders.models.order import Order


class Discount(models.Model):
    """A code as it was used: what it was called and took off, in minor units of the order's
    currency. The sums stand on the order and its lines.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="discounts")
    code = models.CharField(_("code"), max_length=30)
    name_en = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Coupon.Kind)
    amount = models.PositiveIntegerField(_("amount"))

    name = Translated("name")

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("discount"), _("discounts")
        constraints = [
            models.UniqueConstraint(fields=["order", "code"], name="discount_once"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="discount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"
