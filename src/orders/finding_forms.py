from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models.number import as_number
from web.forms import EmailField, Form


class FindForm(Form):
    """An order's number and the address it was placed with."""

    number = forms.CharField(
        label=_("Order number"),
        help_text=_("Such as K7QM-3F9T. It stands in our mails."),
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter the number of the order.")},
    )
    email = EmailField(help_text=_("The one that you gave with the order."))

    def clean_number(self) -> str:
        number = as_number(self.cleaned_data["number"])
        if len(number) != len("K7QM-3F9T"):
            raise forms.ValidationError(_("An order number has 8 letters and figures."))
        return number
