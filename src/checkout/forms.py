from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.address_forms import PhoneField, PostalForm
from orders.models import DeliveryMethod
from web.forms import EmailField, Form


class AddressForm(PostalForm):
    """Who and where. A member may keep the address."""

    before, after = ("email", "country_code"), ("phone", "keep")

    email = EmailField(help_text=_("We send the order and nothing else."))
    phone = PhoneField()
    keep = forms.BooleanField(label=_("Keep this address in my account"), required=False)

    def __init__(self, *args: Any, member: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if member is None:
            del self.fields["keep"]


class DeliveryForm(Form):
    def __init__(self, methods: Sequence[DeliveryMethod], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"] = forms.ChoiceField(
            label=_("How shall we send it?"),
            choices=[(method.code, method.name) for method in methods],
            widget=forms.RadioSelect,
            error_messages={
                "required": _("Choose how we send it."),
                "invalid_choice": _("Choose one of these ways of delivery."),
            },
        )
