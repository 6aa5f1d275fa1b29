from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.utils.translation import gettext_lazy as _


class PersonForm(forms.Form):
    """The address by which an editor finds a person, member or guest."""

    use_required_attribute = False
    email = forms.EmailField(
        label=_("Email address"),
        help_text=_("Of the person who asked. Make sure that the address is theirs."),
        error_messages={
            "required": _("Enter an email address."),
            "invalid": _("Enter an email address like name@example.com."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    @property
    def member(self) -> Any:
        """Whose account has it, proven; None for a guest."""
        found = EmailAddress.objects.filter(email__iexact=self.address, verified=True)
        address = found.select_related("user").first()
        return address.user if address else None

    @property
    def address(self) -> str:
        return self.cleaned_data["email"].lower()
