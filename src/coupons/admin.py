from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from coupons.forms import CouponForm
from coupons.models import Coupon
from web.templatetags.shop import percent, price


class OnlyFor(admin.EmptyFieldListFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("for whom")

    def choices(self, changelist: Any) -> Iterator[Any]:
        words = (_("All"), _("Everybody"), _("One person"))
        for choice, display in zip(super().choices(changelist), words, strict=True):
            yield {**choice, "display": display}


@admin.register(Coupon)
class CouponAdmin(admin.ModelAdmin):
    form = CouponForm
    list_display = [
        *("code", "name_en", "name_zh", "kind", "takes_off", "goods_from"),
        *("uses", "valid_from", "valid_until", "active"),
    ]
    # Codes for one person come by the thousand: those for everybody are one press away.
    list_filter = ["active", "kind", ("only_for", OnlyFor)]
    search_fields = ["code", "name_en", "name_zh"]
    fieldsets = [
        (None, {"fields": ["code", ("name_en", "name_zh"), "kind", ("percentage", "amount")]}),
        (
            _("When and how often"),
            {
                "fields": [
                    *("active", ("valid_from", "valid_until")),
                    *(("limit", "limit_per_person"), "uses"),
                ]
            },
        ),
        (_("For what"), {"fields": ["minimum", "products", "categories"]}),
    ]
    readonly_fields = ["uses"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A code on carts stays of its kind, of which each cart has one."""
        return ["uses", "kind"] if obj else ["uses"]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(
            db_field, request, **kwargs | {"widget": CheckboxSelectMultiple}
        )

    @admin.display(description=_("takes off"))
    def takes_off(self, coupon: Coupon) -> str:
        return percent(coupon.percentage) if coupon.percentage else price(coupon.amount or 0)

    @admin.display(description=_("goods from"), ordering="minimum")
    def goods_from(self, coupon: Coupon) -> str:
        return price(coupon.minimum) if coupon.minimum else "–"

    @admin.display(description=_("used"), ordering="used")
    def uses(self, coupon: Coupon) -> str:
        return f"{coupon.used} / {'∞' if coupon.limit is None else coupon.limit}"
