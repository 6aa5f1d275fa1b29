from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.address_forms import PhoneField, PostalForm
from orders.models import DeliveryMethod


class AddressForm(PostalForm):
    """Who and where. A member may keep the address."""

    before, after = ("email", "country_code"), ("phone", "keep")

    email = forms.EmailField(
        label=_("Email address"),
        help_text=_("We send the order and nothing else."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter your email address."),
            "invalid": _("Enter an email address like name@example.com."),
        },
    )
    phone = PhoneField()
    keep = forms.BooleanField(label=_("Keep this address in my account"), required=False)

    def __init__(self, *args: Any, member: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if member is None:
            del self.fields["keep"]


class DeliveryForm(forms.Form):
    use_required_attribute = False

    def __init__(self, methods: Sequence[DeliveryMethod], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"] = forms.ChoiceField(
            label=_("Delivery"),
            choices=[(method.code, method.name) for method in methods],
            widget=forms.RadioSelect,
            error_messages={
                "required": _("Choose how we send it."),
                "invalid_choice": _("Choose one of these ways of delivery."),
            },
        )


def problems(form: forms.Form) -> list[tuple[str, str]]:
    """(id of the field, what is wrong) for the summary above the heading, in field order."""
    return [
        (_first_id(form[name]), str(words))
        for name in form.fields
        for words in form.errors.get(name, [])
    ]


def _first_id(field: forms.BoundField) -> str:
    buttons = isinstance(field.field.widget, forms.RadioSelect)
    return f"{field.auto_id}_0" if buttons else str(field.id_for_label)
