from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class OrderEvent(models.Model):
    """What happened to an order: when, by whom, why. Rows are only ever added; when the person is
    erased, `why` is emptied.
    """

    class Kind(models.TextChoices):
        PLACED = "placed", _("Order placed")
        PAYMENT_CHOSEN = "payment-chosen", _("Way to pay changed")
        DECLINED = "declined", _("Payment declined")
        PENDING = "pending", _("Payment being checked")
        PAID = "paid", _("Payment received")
        EXPIRED = "expired", _("Not paid in time")
        HELD_AGAIN = "held-again", _("Held again")
        MISMATCH = "mismatch", _("Payment did not match")
        SURPLUS = "surplus", _("Paid more than once")
        CANCELLED = "cancelled", _("Order cancelled")
        SHIPPED = "shipped", _("Parcel sent")
        FULFILLED = "fulfilled", _("All sent")
        REFUND_DUE = "refund-due", _("Refund begun")
        REFUNDED = "refunded", _("Refunded")
        REFUND_FAILED = "refund-failed", _("Refund failed")
        RETURN_ASKED = "return-asked", _("Return asked for")
        RETURN_WITHDRAWN = "return-withdrawn", _("Return no longer wanted")
        RETURN_ACCEPTED = "return-accepted", _("Return accepted")
        RETURN_REFUSED = "return-refused", _("Return refused")
        LOOKED_AT = "looked-at", _("Looked at")

    # What is between the shop and the provider; the order's page does not tell it.
    INTERNAL = (Kind.MISMATCH, Kind.REFUND_FAILED, Kind.LOOKED_AT)

    order = models.ForeignKey(Order, models.PROTECT, related_name="events")
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    at = models.DateTimeField(_("when"), db_default=Now(), editable=False)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("who")
    )
    why = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name, verbose_name_plural = _("event"), _("events")

    def __str__(self) -> str:
        return f"{self.order} · {self.get_kind_display()}"
