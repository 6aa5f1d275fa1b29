from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from api.models import Scope
from web.forms import Form, LineField, OnceField

DAYS = [(30, _("30 days")), (90, _("90 days")), (365, _("A year"))]


class TokenForm(Form):
    name = LineField(
        label=_("What is it for?"),
        help_text=_("So that you know it again, such as “Till in the shop”."),
        max_length=80,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Say what it is for.")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one."),
            "invalid_choice": _("Choose among these."),
        },
    )
    days = forms.TypedChoiceField(
        label=_("How long is it good?"),
        choices=DAYS,
        coerce=int,
        initial=90,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose among these.")),
    )
    once = OnceField()

    def __init__(self, member: Any, data: Any = None) -> None:
        super().__init__(data, auto_id="token-%s")
        scopes: Any = self.fields["scopes"]
        scopes.choices = [(each.value, each.label) for each in Scope.of(member)]
