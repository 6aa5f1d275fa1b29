"""What an editor is asked before something is done with a message."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from contact.models import Thread
from web.deed import DeedForm
from web.forms import OnceField, TextField


class ReplyForm(DeedForm):
    text = TextField(
        label=_("Your answer"),
        max_length=10_000,
        error_messages={"required": _("Write your answer.")},
    )
    once = OnceField()


class AssignForm(DeedForm):
    to = forms.ModelChoiceField(
        get_user_model().objects.filter(is_staff=True, is_active=True).order_by("email"),
        label=_("Assignee"),
        required=False,
        empty_label=_("Nobody"),
        error_messages={"invalid_choice": _("Choose one of the list.")},
    )

    def __init__(self, thread: Thread, data: Any = None) -> None:
        super().__init__(thread, data, initial={"to": thread.assignee})
