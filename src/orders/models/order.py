from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.translated import Translated, joined
from members.address import address_lines
from orders.clock import after
from orders.models.attempt import Capture
from orders.models.number import new_number, new_secret
from orders.models.order_set import OrderQuerySet
from orders.models.pages import Pages

if TYPE_CHECKING:
    from orders.models.event import OrderEvent
    from orders.models.refund import Refund
    from orders.models.returns import ReturnRequest
    from orders.models.shipment import Shipment


class Order(Pages, models.Model):
    """What was sold, as it was at placement. Lines, prices and totals never change after it.

    Amounts are minor units of `currency`, tax included.
    """

    class State(models.TextChoices):
        AWAITING = "awaiting", _("waiting for payment")
        PAID = "paid", _("paid")
        FULFILLED = "fulfilled", _("sent")
        EXPIRED = "expired", _("expired")
        CANCELLED = "cancelled", _("cancelled")

    number = models.CharField(_("number"), max_length=12, unique=True, default=new_number)
    secret = models.CharField(max_length=43, default=new_secret, editable=False)
    checkout_token = models.CharField(max_length=43, unique=True, editable=False)
    session_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="orders"
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.AWAITING)
    language = models.CharField(_("language"), max_length=10)
    email = models.EmailField(_("email address"), db_index=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    address = models.JSONField(_("address"))
    delivery_en = models.CharField(_("delivery in English"), max_length=80)
    delivery_zh = models.CharField(_("delivery in Chinese"), max_length=80)
    delivery_price = models.PositiveIntegerField(_("delivery"))
    delivery_tax_rate = models.PositiveIntegerField()
    delivery_tax = models.PositiveIntegerField()
    currency = models.CharField(_("currency"), max_length=3)
    goods = models.PositiveIntegerField(_("goods"))
    discount = models.PositiveIntegerField(_("discount on goods"), default=0)
    delivery_discount = models.PositiveIntegerField(_("discount on delivery"), default=0)
    tax = models.PositiveIntegerField(_("tax within"))
    total = models.PositiveIntegerField(_("total"))
    delivery_refunded = models.PositiveIntegerField(_("delivery refunded"), default=0)
    placed_at = models.DateTimeField(_("placed"), db_default=Now(), editable=False)
    hold_until = models.DateTimeField(_("held until"), null=True, editable=False)
    paid_at = models.DateTimeField(_("paid at"), null=True, editable=False)

    delivery = Translated("delivery")

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "-pk"]
        verbose_name, verbose_name_plural = _("order"), _("orders")
        permissions = [
            ("settle_order", "Can mark payments as received and ask providers"),
            ("ship_order", "Can send parcels"),
            ("refund_order", "Can refund"),
            ("cancel_order", "Can cancel unpaid orders"),
        ]
        indexes = [
            models.Index(fields=["hold_until"], condition=Q(state="awaiting"), name="order_held"),
            models.Index(Lower("email"), name="order_of_address"),
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    total=models.F("goods")
                    - models.F("discount")
                    + models.F("delivery_price")
                    - models.F("delivery_discount")
                ),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(discount__lte=models.F("goods"))
                & Q(delivery_discount__lte=models.F("delivery_price")),
                name="order_discounts_fit",
            ),
            models.CheckConstraint(
                condition=Q(
                    delivery_refunded__lte=models.F("delivery_price")
                    - models.F("delivery_discount")
                ),
                name="order_delivery_refunded_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def mail_language(self) -> str:
        """What its mails are written in: a member has chosen that for all of them."""
        return self.member.language if self.member else self.language

    @property
    def is_unpaid(self) -> bool:
        """Whether it can still be paid: an expired order is held again first."""
        return self.state in {Order.State.AWAITING, Order.State.EXPIRED}

    @property
    def name(self) -> str:
        return self.address.get("name", "")

    @property
    def address_lines(self) -> list[str]:
        return address_lines(self.address)

    @property
    def delivery_charged(self) -> int:
        """What delivery costs after its discount, in minor units."""
        return self.delivery_price - self.delivery_discount

    @property
    def discounted(self) -> int:
        """All that codes have taken off, in minor units."""
        return self.discount + self.delivery_discount

    @property
    def delivery_left(self) -> int:
        """What of it has not been given back, in minor units."""
        return self.delivery_charged - self.delivery_refunded

    @property
    def taxes(self) -> list[dict[str, int]]:
        """For each rate (basis points) the sum that carries it and the tax within."""
        parts = [(line.tax_rate, line.charged, line.tax) for line in self.lines.all()]
        parts.append((self.delivery_tax_rate, self.delivery_charged, self.delivery_tax))
        found = []
        for rate in sorted({rate for rate, _gross, _tax in parts}, reverse=True):
            gross = sum(gross for r, gross, _tax in parts if r == rate)
            tax = sum(tax for r, _gross, tax in parts if r == rate)
            found.append({"rate": rate, "gross": gross, "tax": tax, "net": gross - tax})
        return found

    @property
    def net(self) -> int:
        """The total without the tax within, in minor units."""
        return self.total - self.tax

    @property
    def standing(self) -> str:
        """The state and how far parcels and refunds are, in words: "paid, partly sent"."""
        lines = self.lines.all()
        words = [str(self.get_state_display())]
        if self.state == self.State.PAID and any(line.fulfilled for line in lines):
            words.append(gettext("partly sent"))
        if self.all_refunded:
            words.append(gettext("refunded"))
        elif self.delivery_refunded or any(line.refunded for line in lines):
            words.append(gettext("partly refunded"))
        if any(line.asked_back for line in lines):
            words.append(gettext("return asked for"))
        return joined(words)

    @property
    def all_refunded(self) -> bool:
        return all(line.refunded == line.quantity for line in self.lines.all())

    @property
    def takes_returns(self) -> bool:
        """Whether there is time yet, by the database's clock: the last parcel begins it anew."""
        if self.state not in {self.State.PAID, self.State.FULFILLED}:
            return False
        days = timedelta(days=settings.SHOP_RETURN_DAYS)
        recent = self.shipments.filter(sent_at__gt=after(-days))
        return self.lines.filter(held__gt=0).exists() or recent.exists()

    @property
    def can_be_returned(self) -> bool:
        """Whether its page offers to send something back."""
        left = any(line.refundable for line in self.lines.all())
        return left and self.takes_returns and self.paid_left > 0

    @property
    def history(self) -> list[OrderEvent]:
        """What the shopper is told of what happened."""
        return [event for event in self.events.all() if event.kind not in event.INTERNAL]

    @property
    def parcels(self) -> models.QuerySet[Shipment]:
        return self.shipments.select_related("carrier").prefetch_related("lines__line")

    @property
    def refunds(self) -> models.QuerySet[Refund]:
        """Everything given back or about to be, that of surplus payments too."""
        from orders.models.refund import Refund

        found = Refund.objects.filter(capture__attempt__order=self)
        return found.select_related("capture__attempt").prefetch_related("lines__line")

    @property
    def asked_returns(self) -> list[ReturnRequest]:
        """Oldest first; each knows how the order was opened."""
        found = list(self.returns.prefetch_related("lines__line"))
        for each in found:
            each.order = self
        return found

    @property
    def paid_left(self) -> int:
        """What was paid for it and is not given back or about to be, in minor units."""
        captures = Capture.objects.filter(attempt__order=self, surplus=False)
        return sum(capture.left for capture in captures)

    @property
    def still_held(self) -> list[Any]:
        """The lines of which pieces wait to be sent."""
        return [line for line in self.lines.all() if line.held]

    def move(self, *before: State, to: State, **more: Any) -> bool:
        """Change the state in one conditional statement; False if it was none of `before`."""
        found = Order.objects.filter(pk=self.pk, state__in=before)
        moved = bool(found.update(state=to, **more))
        if moved:
            self.state = to
        return moved

    def record(self, kind: OrderEvent.Kind, who: Any = None, why: str = "") -> OrderEvent:
        """Add to the order's history; `who` is the user who did it, if one did."""
        return self.events.create(kind=kind, who=who, why=why)
