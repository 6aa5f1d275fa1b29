"""django-allauth's forms with the shop's labels, hints and words for what is missing."""

from dataclasses import dataclass
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url, has_verified_email
from allauth.mfa.base import forms as second_step
from allauth.mfa.totp import forms as totp
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from members.models import User
from members.stages import CHOSEN
from web.forms import EmailField, Form, LanguageSelect, LineField


@dataclass(frozen=True)
class Words:
    label: Any
    missing: Any
    hint: Any = ""


THE_CODE = pgettext_lazy("from a mail or an app", "Code")
LONG = _("At least 8 characters. A few words in a row are easy to remember and hard to guess.")
EMAIL = Words(_("Email address"), _("Enter your email address."))
CODE = Words(THE_CODE, _("Enter the code."), _("8 digits, from our mail."))
APP_CODE = Words(THE_CODE, _("Enter the code."), _("6 digits, from your authenticator app."))
EITHER_CODE = Words(
    THE_CODE,
    _("Enter the code."),
    _("From your authenticator app, or one of your recovery codes."),
)
PASSWORD = Words(_("Password"), _("Enter your password."))
NEW_PASSWORD = Words(_("New password"), _("Enter a new password."), LONG)
PASSKEY_NAME = Words(
    _("Name of the passkey"), _("Give it a name."), _("To know it by, such as “My phone”.")
)


class House(Form):
    """A form of allauth's with the shop's words."""

    words: dict[str, Words] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)  # typed once: who errs sets another by a mailed code
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if words := self.words.get(name):
                field.label, field.help_text = words.label, words.hint
                field.error_messages["required"] = words.missing
            if isinstance(field, forms.EmailField):
                ours = EmailField()
                field.error_messages["invalid"] = ours.error_messages["invalid"]
                field.widget.attrs = ours.widget.attrs | field.widget.attrs
            if name == "code":
                field.widget.attrs |= {"inputmode": "numeric", "size": "12"}


class LoginForm(House, account.LoginForm):
    words = {"login": EMAIL, "password": PASSWORD}


class SignupForm(House, account.SignupForm):
    words = {
        "email": Words(
            EMAIL.label, EMAIL.missing, _("We send a code there to see that it is yours.")
        ),
        "password1": Words(PASSWORD.label, _("Choose a password."), LONG),
    }

    account_already_exists: bool

    def try_save(self, request: Any) -> tuple[User | None, Any]:
        """One answer, after the same work, for every address.

        The password waits in the session and becomes the account's once that session has proved
        the mailbox: see `members.stages`.
        """
        password = make_password(self.cleaned_data.pop("password1"))
        email = self.cleaned_data["email"]
        user = self._unproven(email) if self.account_already_exists else self._new(request)
        there = get_next_redirect_url(request)
        login = Login(user=user, email=email, signup=True, redirect_url=there)
        login.state[CHOSEN] = password
        return user, perform_login(request, login)

    def _new(self, request: Any) -> User | None:
        try:
            with transaction.atomic():
                return self.save(request)
        except IntegrityError:  # another window was quicker
            return self._unproven(self.cleaned_data["email"])

    @staticmethod
    def _unproven(email: str) -> User | None:
        """The account that was begun with this address, if nobody has proved it to be theirs."""
        found = filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)
        return next((user for user in found if not has_verified_email(user)), None)


class AddEmailForm(House, account.AddEmailForm):
    words = {"email": Words(_("New email address"), EMAIL.missing, _("We send a code there."))}


class ChangePasswordForm(House, account.ChangePasswordForm):
    words = {
        "oldpassword": Words(_("Current password"), _("Enter your current password.")),
        "password1": NEW_PASSWORD,
    }


class SetPasswordForm(House, account.SetPasswordForm):
    words = {"password1": NEW_PASSWORD}


class ResetPasswordForm(House, account.ResetPasswordForm):
    words = {"email": EMAIL}


class ResetPasswordKeyForm(House, account.ResetPasswordKeyForm):
    words = {"password1": NEW_PASSWORD}


class ReauthenticateForm(House, account.ReauthenticateForm):
    words = {"password": PASSWORD}


class RequestLoginCodeForm(House, account.RequestLoginCodeForm):
    words = {"email": EMAIL}


class ConfirmLoginCodeForm(House, account.ConfirmLoginCodeForm):
    words = {"code": CODE}


class ConfirmEmailVerificationCodeForm(House, account.ConfirmEmailVerificationCodeForm):
    words = {"code": CODE}


class ConfirmPasswordResetCodeForm(House, account.ConfirmPasswordResetCodeForm):
    words = {"code": CODE}


class SecondStepForm(House, second_step.AuthenticateForm):
    words = {"code": EITHER_CODE}


class SecondStepAgainForm(House, second_step.ReauthenticateForm):
    words = {"code": EITHER_CODE}


class ActivateTOTPForm(House, totp.ActivateTOTPForm):
    words = {"code": APP_CODE}


class DetailsForm(Form, forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "language"]
        field_classes = {"name": LineField}
        labels = {
            "name": pgettext_lazy("of a person", "Name"),
            "language": _("Language of our mails"),
        }
        help_texts = {"name": _("As we greet you. It may be left empty.")}
        error_messages = {"language": {"invalid_choice": _("Choose one of these languages.")}}
        widgets = {
            "name": forms.TextInput({"autocomplete": "name"}),
            "language": LanguageSelect({"autocomplete": "language"}),
        }

    def save(self, commit: bool = True) -> User:
        """What was changed, and nothing else of the row: it may hold a newer password by now, or
        be erased."""
        told = {name: self.cleaned_data[name] for name in self.changed_data}
        User.objects.filter(pk=self.instance.pk).update(**told)
        return self.instance


class AddPasskeyForm(House, passkeys.AddWebAuthnForm):
    """Always one that signs in by itself: the script asks the device for that."""

    prefix = "passkey"
    words = {"name": PASSKEY_NAME}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["passwordless"].widget = forms.HiddenInput()
        self.fields["passwordless"].initial = True


class EditPasskeyForm(House, passkeys.EditWebAuthnForm):
    prefix = "passkey"
    words = {"name": PASSKEY_NAME}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"


class EditorForm(AdminAuthenticationForm):
    """The admin's own sign-in, under the same limits; who has a second step takes it."""

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            self.user_cache = get_adapter().authenticate(
                self.request, email=email, password=password
            )
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if is_mfa_enabled(user):
            raise forms.ValidationError(lazy(_where_the_second_step_is, str)(), code="second_step")


def _where_the_second_step_is() -> str:
    return format_html(
        '{} <a href="{}?next={}">{}</a>',
        gettext("Your account uses two-step sign-in."),
        reverse("account_login"),
        reverse("admin:index"),
        gettext("Sign in there"),
    )
