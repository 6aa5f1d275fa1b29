from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.admin import view_in_shop
from orders import attention
from orders.admin import goods_deeds, payment_deeds, return_deeds, story
from orders.admin.rows import (
    AttemptInline,
    DiscountInline,
    EventInline,
    LineInline,
    ParcelInline,
    ReadOnly,
    ReturnInline,
    amount,
)
from orders.models import Order
from web.deed import Deed, buttons

DEEDS: list[Deed] = [
    payment_deeds.Receive(),
    payment_deeds.Ask(),
    goods_deeds.Ship(),
    *return_deeds.DEEDS,
    goods_deeds.GiveBack(),
    goods_deeds.Retry(),
    goods_deeds.ByHand(),
    payment_deeds.LookAt(),
    payment_deeds.Cancel(),
]

AMOUNTS = (
    amount("goods", _("goods")),
    amount("discount", _("discount on goods")),
    amount("delivery_charged", _("delivery")),
    amount("tax", _("tax within")),
    amount("total", _("total")),
)


class AttentionFilter(admin.SimpleListFilter):
    title, parameter_name = _("attention"), "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("Needs attention"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return attention.needing(queryset) if self.value() == "1" else queryset


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):
    inlines = [
        *(LineInline, DiscountInline, ParcelInline, ReturnInline, AttemptInline, EventInline),
    ]
    list_display = [
        *("number", "placed_at", "buyer", "pieces", amount("total", _("total")), "stands"),
        *("needs", "in_shop"),
    ]
    list_filter = [AttentionFilter, "state", "placed_at"]
    show_full_result_count = False  # it counts every order once more
    search_fields = ["number", "email"]
    fields = [
        ("number", "stands"),
        "needs",
        ("placed_at", "hold_until", "paid_at"),
        ("email", "phone", "language"),
        "sent_to",
        "sent_by",
        AMOUNTS,
    ]
    readonly_fields = ["stands", "needs", "sent_to", "sent_by", *AMOUNTS]
    change_form_template = "admin/orders/order.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return attention.looked_for(super().get_queryset(request)).prefetch_related("lines")

    def get_fields(self, request: HttpRequest, obj: Order | None = None) -> Any:
        """What needs attention is told only where something does."""
        needed = obj and attention.reasons(obj)
        return [each for each in self.fields or [] if each != "needs" or needed]

    @admin.display(description=_("pieces"))
    def pieces(self, order: Order) -> int:
        return sum(line.quantity for line in order.lines.all())

    @admin.display(description=_("state"), ordering="state")
    def stands(self, order: Order) -> str:
        return order.standing

    @admin.display(description=_("attention"))
    def needs(self, order: Order) -> str:
        return " ".join(str(attention.WORDS[each]) for each in attention.reasons(order))

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
        payments = path(
            "<int:pk>/payments/",
            self.admin_site.admin_view(story.view),
            name="orders_order_payments",
        )
        return [*(deed.route for deed in DEEDS), payments, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        order = self.get_object(request, object_id)
        deeds = buttons(DEEDS, order, request.user)
        extra = {"deeds": deeds, "order": order} | (extra_context or {})
        return super().change_view(request, object_id, form_url, extra)
