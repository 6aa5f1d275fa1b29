"""How the shop asks: its forms and fields, which partials/field.html shows.

A browser judges nothing by itself. What is wrong is answered by `page(…, status=422)` with
`problems`, and the same words beside the field.
"""

import unicodedata
import uuid
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

BREAKS = {"Cc", "Zl", "Zp"}  # Unicode's control characters and separators of lines


class Form(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            for code, words in PLAIN.items():
                field.error_messages.setdefault(code, words)

    @property
    def problems(self) -> list[tuple[str, str]]:
        return problems(self)

    @property
    def problem(self) -> str:
        """The first of them, in words."""
        return self.problems[0][1]


PLAIN = {
    "max_length": _("Use at most %(limit_value)d characters; these are %(show_value)d."),
    "null_characters_not_allowed": _("There is a character in this that we cannot read."),
}


# Letters that turn the direction of what follows, so that a name could pose as other words. Phones
# wrap what they copy in them: they are left out without a word.
TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


class LineField(forms.CharField):
    """Words on one line, fit to stand in the head of a mail."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").translate(TURNS)

    def validate(self, value: str) -> None:
        super().validate(value)
        if any(unicodedata.category(letter) in BREAKS for letter in value):
            raise ValidationError(_("Write this on one line."))


class TextField(forms.CharField):
    """Words on as many lines as it takes, each ended as Python ends lines."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").translate(TURNS)


class RowsField(forms.ModelMultipleChoiceField):
    """Rows of a table. A number that no row can have is no choice; SQLite would fail on it."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError:
            told = {"value": ", ".join(map(str, value))}
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params=told
            ) from None


class EmailField(forms.EmailField):
    def __init__(self, **options: Any) -> None:
        attrs = {"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
        words = {
            "required": _("Enter your email address."),
            "invalid": _("Enter an email address like name@example.com."),
        }
        plain: dict[str, Any] = {
            "label": _("Email address"),
            "max_length": 254,
            "error_messages": words,
        }
        plain |= {"widget": forms.EmailInput(attrs)} | options
        super().__init__(**plain)


class LanguageSelect(forms.Select):
    """Each language under its own name, which says by `lang` how it is read."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["lang"] = str(value)
        return option


class OnceField(forms.UUIDField):
    """A number of the form as it was shown: who sends it twice sends the same thing once."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, initial=uuid.uuid4)

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()


class TrapField(forms.CharField):
    """Left empty by people, who do not see it, and filled by programs, which fill everything."""

    is_trap = True

    def __init__(self) -> None:
        attrs = {"autocomplete": "off", "tabindex": "-1"}
        super().__init__(label=_("Leave this empty"), required=False, widget=forms.TextInput(attrs))

    def clean(self, value: Any) -> bool:
        """Whether somebody is caught."""
        return bool(value)


class GuardedForm(Form):
    """Open to everybody. Answer one that `is_caught` as if all were well, and do nothing."""

    website = TrapField()

    @property
    def is_caught(self) -> bool:
        return bool(self.cleaned_data["website"])


def problems(form: Any) -> list[tuple[str, str]]:
    """(id, what is wrong) for the summary, in the order of the fields.

    What is wrong with the whole goes to the first field that is seen.
    """
    visible = form.visible_fields()
    if visible and NON_FIELD_ERRORS in form.errors:
        whole = form.errors.pop(NON_FIELD_ERRORS)
        form.errors.setdefault(visible[0].name, form.error_class()).extend(whole.as_data())
    ids = {field.name: _first_id(field) for field in visible}
    return [
        (ids.get(name, "main"), str(words))
        for name in (*form.fields, NON_FIELD_ERRORS)
        for words in form.errors.get(name, [])
    ]


def _first_id(field: forms.BoundField) -> str:
    """A group has no id for a label; its first control has one."""
    return str(field.id_for_label) or f"{field.auto_id}_0"
