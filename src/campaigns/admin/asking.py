"""What an editor is asked before something is done with a campaign."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.admin.moment import FORMATS, MomentInput
from campaigns.models import Campaign, Delivery
from web.deed import DeedForm
from web.forms import EmailField, RowsField

SHOWN = 200  # letters to decide about, at once


class TestForm(DeedForm):
    __test__ = False
    email = EmailField()


class ScheduleForm(DeedForm):
    at = forms.DateTimeField(
        label=_("When"),
        input_formats=FORMATS,
        widget=MomentInput,
        error_messages={
            "required": _("Say when."),
            "invalid": _("Write it like 2026-12-01 09:00."),
        },
    )

    def clean_at(self) -> Any:
        if (at := self.cleaned_data["at"]) <= timezone.now():
            raise forms.ValidationError(_("That moment has passed."))
        return at


class DecideForm(DeedForm):
    letters = RowsField(
        Delivery.objects.none(),
        label=_("To"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    what = forms.ChoiceField(
        label=_("What to do"),
        choices=[("leave", _("Leave it: do not send it again")), ("again", _("Send it again"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )

    def __init__(self, campaign: Campaign, data: Any = None) -> None:
        super().__init__(campaign, data)
        undecided = campaign.deliveries.undecided()
        letters: Any = self.fields["letters"]
        letters.queryset = undecided
        shown = undecided.select_related("subscriber")[:SHOWN]
        letters.choices = [(each.pk, _told(each)) for each in shown]


def _told(letter: Delivery) -> str:
    return f"{letter.subscriber} – {letter.get_state_display()} {letter.said}".strip()
