from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from web.forms import Form


class QuantityForm(Form):
    """A whole number of pieces. What was typed is kept beside the error."""

    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=settings.CART_MAX_QUANTITY,
        error_messages={
            "required": _("Enter a quantity."),
            "invalid": _("Enter a quantity as a whole number, like 2."),
            "min_value": _("Choose a quantity of 1 or more."),
            "max_value": _("At most %(limit_value)s of one kind."),
        },
    )


class AddForm(QuantityForm):
    variant = forms.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("That is no longer in the shop.")
        ),
    )
    field_order = ["variant", "quantity"]


class CouponForm(Form):
    """A code as people type it; `instead` is the code that it may replace."""

    code = forms.CharField(
        max_length=40,
        error_messages={
            "required": _("Enter a code."),
            "max_length": _("We do not know this code. Check how it is written."),
        },
    )
    instead = forms.CharField(max_length=40, required=False)
