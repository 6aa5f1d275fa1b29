from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms import AmountField
from coupons.models import Coupon


class PercentField(forms.DecimalField):
    """A percentage as people write it; cleaned to basis points, or None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=Decimal("0.01"),
            max_value=100,
            decimal_places=2,
            widget=forms.TextInput,
            **options,
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off", "size": "6"}

    def prepare_value(self, value: Any) -> Any:
        """1250 → "12.5"; what was typed stays as it is."""
        return f"{value / 100:g}" if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> int | None:
        found = super().clean(value)
        return None if found is None else int(found * 100)


class CodeField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").upper()


class CouponForm(forms.ModelForm):
    """What is off is written as people write it, and uses are counted while the form is open."""

    code = CodeField(label=_("Code"), max_length=30)
    percentage = PercentField(
        label=_("Percentage"), required=False, help_text=_("Such as 10 or 12.5; or else an amount.")
    )
    amount = AmountField(label=_("Amount"), required=False)
    minimum = AmountField(
        label=_("Goods from"), required=False, help_text=_("Leave empty for no minimum.")
    )

    class Meta:
        model = Coupon
        exclude: list[str] = []  # noqa: DJ006 the admin shows them all

    def clean_minimum(self) -> int:
        return self.cleaned_data["minimum"] or 0

    def clean_limit(self) -> int | None:
        limit = self.cleaned_data["limit"]
        # Locked until the form is saved: nobody uses it in between.
        now = Coupon.objects.select_for_update().filter(pk=self.instance.pk).first()
        if now and limit is not None and now.used > limit:
            raise forms.ValidationError(_("It has been used more often than that."))
        if now:
            self.instance.used = now.used
        return limit

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        chosen = told.get("products") or told.get("categories")
        if told.get("kind") == Coupon.Kind.PRODUCT and not chosen:
            self.add_error("products", _("Choose products or categories."))
        start, end = told.get("valid_from"), told.get("valid_until")
        if start and end and end <= start:
            self.add_error("valid_until", _("It would end before it begins."))
        return told
