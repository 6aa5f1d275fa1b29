from django import forms
from django.utils.translation import gettext_lazy as _

from uploads.forms import PhotographField
from web.forms import EmailField, GuardedForm, LineField, OnceField, TextField

LONGEST = 2400  # pixels of a kept picture's longer side: enough to see a crack in a glaze


class ContactForm(GuardedForm):
    name = LineField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )
    email = EmailField(help_text=_("We answer there."))
    subject = LineField(
        label=_("Subject"),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Say in a few words what it is about.")},
    )
    message = TextField(
        label=_("Message"),
        max_length=5000,
        widget=forms.Textarea({"autocomplete": "off", "rows": 8}),
        error_messages={"required": _("Write your message.")},
    )
    order_number = LineField(
        label=_("Order number (optional)"),
        help_text=_("Like K7QM-3F9T; it stands in our mails."),
        max_length=20,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "size": "12"}),
    )
    picture = PhotographField(
        label=_("Picture (optional)"),
        help_text=_("A JPEG, PNG, WebP or AVIF file of at most 10 MB."),
        required=False,
        kind="JPEG",
        longest=LONGEST,
        widget=forms.FileInput,
    )
    once = OnceField()
    field_order = ["name", "email", "subject", "message", "order_number", "picture"]

    def clean_order_number(self) -> str:
        return self.cleaned_data["order_number"].upper()

    def say_what_is_lost(self) -> None:
        """A browser keeps no chosen file on a page that comes back."""
        if self.files and "picture" not in self.errors:
            words = _("Your browser does not keep the picture: please choose it again.")
            self["picture"].help_text = words
