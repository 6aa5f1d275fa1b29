from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.admin import view_in_shop
from orders import flows
from orders.models import Attempt, DeliveryMethod, Discount, Order, OrderEvent, OrderLine
from web.templatetags.shop import price


class ReadOnly:
    """Orders are worked with verbs, never edited."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _amount(field: str, words: Any) -> Any:
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
        *(_amount("unit_price", _("unit price")), _amount("total", _("total"))),
        *(_amount("discount", _("discount")), "held"),
    )

    @admin.display(description=_("product"))
    def title(self, line: OrderLine) -> str:
        return line.title()


class DiscountInline(Rows):
    model = Discount
    fields = readonly_fields = ("code", "name", "kind", _amount("amount", _("amount")))

    @admin.display(description=_("name"))
    def name(self, discount: Discount) -> str:
        return discount.name


class AttemptInline(Rows):
    model = Attempt
    fields = readonly_fields = (
        *("provider", "state", _amount("amount", _("amount")), "created_at", "changed_at"),
    )


class EventInline(Rows):
    model = OrderEvent
    fields = readonly_fields = ("at", "kind", "who", "why")


AMOUNTS = (
    _amount("goods", _("goods")),
    _amount("discount", _("discount on goods")),
    _amount("delivery_price", _("delivery")),
    _amount("delivery_discount", _("discount on delivery")),
    _amount("tax", _("tax within")),
    _amount("total", _("total")),
)


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):
    inlines = [LineInline, DiscountInline, AttemptInline, EventInline]
    list_display = [
        *("number", "placed_at", "buyer", "pieces", _amount("total", _("total")), "state"),
        "in_shop",
    ]
    list_filter = ["state", "placed_at"]
    search_fields = ["number", "email"]
    fields = [
        ("number", "state"),
        ("placed_at", "hold_until", "paid_at"),
        ("email", "phone", "language"),
        "sent_to",
        "sent_by",
        AMOUNTS,
    ]
    readonly_fields = ["sent_to", "sent_by", *AMOUNTS]
    change_form_template = "admin/orders/order.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).annotate(pieces=Sum("lines__quantity"))

    @admin.display(description=_("pieces"), ordering="pieces")
    def pieces(self, order: Any) -> int:
        return order.pieces

    @admin.display(description=_("in the shop"))
    def in_shop(self, order: Order) -> SafeString:
        return view_in_shop(order)

    @admin.display(description=_("name"))
    def buyer(self, order: Order) -> str:
        return order.name

    @admin.display(description=_("address"))
    def sent_to(self, order: Order) -> str:
        return "\n".join(order.address_lines)

    @admin.display(description=_("delivery method"))
    def sent_by(self, order: Order) -> str:
        return order.delivery

    def get_urls(self) -> list[URLPattern]:
        receive = self.admin_site.admin_view(self.receive)
        return [
            path("<int:pk>/receive/", receive, name="orders_order_receive"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        order = self.get_object(request, object_id)
        attempt = _payable(order) if order and _may_settle(request) else None
        extra = {"attempt": attempt, "order": order} | (extra_context or {})
        return super().change_view(request, object_id, form_url, extra)

    def receive(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note that the bank transfer has arrived: a page that asks, and its POST."""
        if not _may_settle(request):
            raise PermissionDenied
        order = get_object_or_404(Order, pk=pk)
        back = redirect(reverse("admin:orders_order_change", args=[pk]))
        if order.state == Order.State.PAID:
            messages.info(request, gettext("The order is paid."))
            return back
        attempt = _payable(order)
        if attempt is None:
            messages.error(request, gettext("This order has no payment to mark as received."))
            return back
        if request.method != "POST":
            context = self.admin_site.each_context(request)
            context |= {"order": order, "attempt": attempt, "title": gettext("Payment received")}
            return TemplateResponse(request, "admin/orders/receive.html", context)
        try:
            flows.settle(
                attempt.pk, request.user, request.POST.get("why", "").replace("\0", "")[:300]
            )
            messages.success(request, gettext("The order is paid. The shopper gets a mail."))
        except (flows.SoldOut, flows.NotSettled) as reason:
            messages.error(request, _not_received(reason))
        return back


def _not_received(reason: Exception) -> str:
    match reason:
        case flows.SoldOut(variant=variant):
            return gettext(
                "The hold had lapsed and %(sku)s has been sold since. Not marked as paid."
            ) % {"sku": variant.sku}
        case flows.CouponGone(code=code):
            return gettext(
                "The hold had lapsed and the code %(code)s has been used up since."
                " Not marked as paid."
            ) % {"code": code}
    return gettext("The order cannot be paid in its present state.")


def _payable(order: Order) -> Attempt | None:
    if order.state not in {Order.State.AWAITING, Order.State.EXPIRED}:
        return None
    waiting = order.attempts.filter(
        provider="offline", state__in=[Attempt.State.CREATED, Attempt.State.CAPTURING]
    )
    return waiting.last()


def _may_settle(request: HttpRequest) -> bool:
    return request.user.has_perm("orders.change_order")


admin.site.register(
    DeliveryMethod, list_display=["code", "name_en", "price", "free_from", "active"]
)
