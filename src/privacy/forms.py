from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import User
from orders import flows


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
        """Whose account it is, or whose proven address; None for a guest."""
        proven = EmailAddress.objects.filter(email__iexact=self.address, verified=True)
        found = User.objects.filter(Q(pk__in=proven.values("user")) | Q(email=self.address))
        return found.first()

    @property
    def emails(self) -> set[str]:
        """The addresses that are the person's: this one too, as the editor has made sure."""
        return {self.address} | (flows.addresses(self.member) if self.member else set())

    @property
    def address(self) -> str:
        return self.cleaned_data["email"].lower()
