from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from money.currency import parse


class AmountField(forms.CharField):
    """An amount as people type it; cleaned to minor units of the shop's currency, or None."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput)
        super().__init__(max_length=20, **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off", "size": "6"}

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        try:
            return parse(text, settings.SHOP_CURRENCY) if text else None
        except ValueError as error:
            message = _("Write an amount in figures, such as 24 or 24.50.")
            raise forms.ValidationError(message) from error


SORTS = [
    ("", pgettext_lazy("order of products", "Our order")),
    ("price-up", _("Price, lowest first")),
    ("price-down", _("Price, highest first")),
    ("newest", _("Newest first")),
    ("name", _("Name")),
]
SEARCH_SORTS = [("best", _("Best match")), *SORTS[1:]]


class BrowseForm(forms.Form):
    """The filters of a list that do not depend on what is in it. Sent by GET."""

    sort = forms.CharField(label=_("Sort by"), required=False, widget=forms.Select)
    min = AmountField(label=_("From"), required=False)
    max = AmountField(label=_("To"), required=False)
    available = forms.BooleanField(label=_("Only what can be had now"), required=False)

    def __init__(self, data: Any, searched: bool) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.fields["sort"].widget.choices = SEARCH_SORTS if searched else SORTS

    def clean(self) -> dict[str, Any]:
        low, high = self.cleaned_data.get("min"), self.cleaned_data.get("max")
        if low is not None and high is not None and low > high:
            self.add_error("max", _("The highest price is below the lowest."))
        return self.cleaned_data
