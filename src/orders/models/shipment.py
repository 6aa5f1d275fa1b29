from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.line import OrderLine
from orders.models.order import Order


class Carrier(models.Model):
    name = models.CharField(_("name"), max_length=60, unique=True)
    tracking_url = models.URLField(
        _("tracking address"),
        blank=True,
        help_text=_(
            "With {} where the tracking number stands; without, the page where one types it."
        ),
    )

    class Meta:
        ordering = ["name"]
        verbose_name, verbose_name_plural = _("carrier"), _("carriers")

    def __str__(self) -> str:
        return self.name


class Shipment(models.Model):
    """One parcel: some pieces of an order, on their way."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="shipments")
    # Of the form that asked for it: a second press finds the first one's parcel.
    form_id = models.UUIDField(null=True, unique=True, editable=False)
    carrier = models.ForeignKey(Carrier, models.PROTECT, verbose_name=_("carrier"))
    tracking = models.CharField(_("tracking number"), max_length=80, blank=True)
    sent_at = models.DateTimeField(_("sent"), db_default=Now(), editable=False)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("who")
    )

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("parcel"), _("parcels")

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking}".strip()

    @property
    def tracking_url(self) -> str:
        """Where the carrier tells where the parcel is; empty if there is no such page."""
        if not self.tracking:
            return ""
        return self.carrier.tracking_url.replace("{}", quote(self.tracking, safe=""))


class ShipmentLine(models.Model):
    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="shipped")
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="shipped_quantity_positive"),
            models.UniqueConstraint(fields=["shipment", "line"], name="line_once_per_parcel"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.sku}"
