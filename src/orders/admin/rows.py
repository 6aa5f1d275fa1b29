"""What is read and never edited: columns, and rows beneath an order."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orders.models import Attempt, Discount, OrderEvent, OrderLine, ReturnRequest, Shipment
from web.templatetags.shop import price


class ReadOnly:
    """Orders are worked with verbs, never edited."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def amount(field: str, words: Any) -> Any:
    """A column that shows minor units as an editor reads them."""

    @admin.display(description=words, ordering=field)
    def column(row: Any) -> str:
        currency = getattr(row, "currency", None) or row.order.currency
        return price(getattr(row, field), currency)

    return column


class Rows(ReadOnly, admin.TabularInline):
    template = "admin/orders/rows.html"


class LineInline(Rows):
    model = OrderLine
    fields = readonly_fields = (
        *("sku", "title", "quantity"),
        amount("unit_price", _("unit price")),
        amount("discount", _("discount")),
        amount("charged", _("total")),
        *("held", "fulfilled", "refunded", "written_off", "restocked"),
        "asked_back",
    )

    @admin.display(description=_("product"))
    def title(self, line: OrderLine) -> str:
        return line.title()


class DiscountInline(Rows):
    model = Discount
    fields = readonly_fields = ("code", "name", "kind", amount("amount", _("amount")))

    @admin.display(description=_("name"))
    def name(self, discount: Discount) -> str:
        return discount.name


class ParcelInline(Rows):
    model = Shipment
    fields = readonly_fields = ("sent_at", "carrier", "tracking", "content", "who")

    @admin.display(description=_("content"))
    def content(self, parcel: Shipment) -> str:
        return ", ".join(f"{each.quantity} × {each.line.sku}" for each in parcel.lines.all())


class ReturnInline(Rows):
    model = ReturnRequest
    fields = readonly_fields = ("asked_at", "state", "content", "note", "answer", "who")

    @admin.display(description=_("content"))
    def content(self, asked: ReturnRequest) -> str:
        return ", ".join(
            f"{each.quantity} × {each.line.sku} ({each.get_reason_display()})"
            for each in asked.lines.all()
        )


class AttemptInline(Rows):
    model = Attempt
    fields = readonly_fields = (
        *("provider", "state", amount("amount", _("amount")), "created_at", "changed_at"),
    )


class EventInline(Rows):
    model = OrderEvent
    fields = readonly_fields = ("at", "kind", "who", "why")
