from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from money.currency import parse
from orders.models import Order


class NoteField(forms.CharField):
    """Why something is done, for the order's history."""

    def __init__(self) -> None:
        super().__init__(max_length=300, required=False, label=_("Note (optional)"))

    def to_python(self, value: Any) -> str | None:
        return super().to_python(value and value.replace("\0", ""))


class DeliveryField(forms.CharField):
    """How much of an order's delivery is given back; cleaned to minor units."""

    def __init__(self, order: Order) -> None:
        super().__init__(max_length=20, required=False, label=_("Delivery to give back"))
        self.currency = order.currency

    def clean(self, value: Any) -> int:
        typed = super().clean(value)
        try:
            return parse(typed, self.currency) if typed else 0
        except ValueError as error:
            words = _("Write an amount in figures, such as 24 or 24.50.")
            raise forms.ValidationError(words) from error
