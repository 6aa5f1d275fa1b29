from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import LANGUAGES
from newsletter.address import LONGEST, NO_ADDRESS, normal
from newsletter.models import Choice, Subscriber, Topic
from newsletter.wording import CURRENT, WORDINGS
from web.forms import Form, GuardedForm, LanguageSelect, RowsField


class EmailInput(forms.EmailInput):
    """Shows what was typed again, but no more of it than an address can have."""

    def format_value(self, value: Any) -> str:
        return str(super().format_value(value) or "").replace("\0", "")[:LONGEST]


class SignupForm(GuardedForm):
    """An address for letters."""

    email = forms.CharField(
        label=_("Email address"),
        max_length=LONGEST,
        help_text=WORDINGS[CURRENT],
        widget=EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
        error_messages={"required": _("Enter your email address.")}
        | dict.fromkeys(("max_length", "null_characters_not_allowed"), NO_ADDRESS),
    )
    wording = forms.CharField(required=False, initial=CURRENT, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="newsletter-%s")

    def clean_email(self) -> str:
        return normal(self.cleaned_data["email"])

    def clean_wording(self) -> str:
        """The version that the page showed, which may have lain open for a while."""
        return found if (found := self.cleaned_data["wording"]) in WORDINGS else CURRENT


def open_to(own: QuerySet[Topic]) -> QuerySet[Topic]:
    """What is offered; and of somebody's own what is so no longer, to be seen and to be left."""
    return Topic.objects.filter(Q(offered=True) | Q(pk__in=own.values("pk")))


class PreferencesForm(Form):
    """What somebody gets, and in which language."""

    topics = RowsField(
        Topic.objects.none(),
        label=_("Letters about"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one, or leave the list."),
            "invalid_choice": _("Choose among these."),
            "invalid_pk_value": _("Choose among these."),
        },
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=LANGUAGES,
        widget=LanguageSelect({"autocomplete": "language"}),
        error_messages={
            "required": _("Choose a language."),
            "invalid_choice": _("Choose one of these languages."),
        },
    )

    def __init__(self, data: Any, subscriber: Subscriber | None, language: str) -> None:
        offered = Topic.objects.filter(offered=True)
        initial = {"language": language, "topics": offered}
        if subscriber and subscriber.is_on_the_list:
            own = subscriber.topics.all()
            initial = {"language": subscriber.language, "topics": own}
            offered = open_to(own)
        super().__init__(data, auto_id="newsletter-%s", initial=initial)
        if offered:
            self.fields["topics"].queryset = offered  # type: ignore[attr-defined]
        else:
            del self.fields["topics"]

    @property
    def choice(self) -> Choice:
        return Choice(self.cleaned_data["language"], list(self.cleaned_data.get("topics", [])))
