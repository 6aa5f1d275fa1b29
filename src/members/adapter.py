"""What the shop does differently from django-allauth: words, mail, where one may be sent on to."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathImage
from qrcode.main import QRCode

from cart.cart import Cart
from members import mail, notices
from members.models import User
from web.request import Request

WAYS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code from your authenticator app"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}
LAST_CODE = "too_many_login_attempts"


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("This already is your email address."),
        "email_password_mismatch": _("The email address or the password is not right."),
        "email_taken": _("There is another account with this email address."),
        "enter_current_password": _("That is not your current password."),
        "incorrect_code": _("That code is not right. Check the newest mail from us."),
        "incorrect_password": _("That is not your password."),
        "rate_limited": _("Too many attempts. Please wait a few minutes."),
        LAST_CODE: _("That code can no longer be used. Begin again, and we send a new one."),
    }

    def is_safe_url(self, url: str) -> bool:
        """Only to a page of ours: no other host, not even one of ALLOWED_HOSTS."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Of too many attempts allauth speaks in two senses; a notice is of the last code."""
        return super().validation_error("rate_limited" if code == LAST_CODE else code, *args)

    def is_ajax(self, request: Request) -> bool:
        """The script for passkeys alone is answered with something else than a page."""
        here = request.resolver_match
        return (
            here is not None and here.url_name == "mfa_login_webauthn" and super().is_ajax(request)
        )

    def get_login_stages(self) -> list[str]:
        return [*super().get_login_stages(), "members.stages.ChosenPassword"]

    def save_user(self, request: Request, user: User, form: Any, commit: bool = True) -> User:
        user.language = get_language() or settings.LANGUAGE_CODE
        return super().save_user(request, user, form, commit)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        mail.send(template_prefix.rpartition("/")[2], email, context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """The mail knows whose account it tells of, also when it goes to a former address."""
        context = (context or {}) | {"user": user}
        super().send_notification_mail(template_prefix, user, context, email)

    def add_message(
        self,
        request: Request,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        words = message or notices.words(message_template, message_context or {})
        if words:
            messages.add_message(request, level, words, extra_tags=extra_tags)

    def post_login(self, request: Request, user: User, **more: Any) -> HttpResponse:
        """Who has two carts now is asked which it shall be, and then led on."""
        response = super().post_login(request, user, **more)
        if Cart(request.session, user).waiting:
            there = urlencode({"next": response["Location"]})
            response["Location"] = f"{reverse('cart:merge')}?{there}"
        return response

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        ways = super().get_reauthentication_methods(user)
        return [way | {"description": str(WAYS[way["id"]])} for way in ways]

    def get_password_change_redirect_url(self, request: Request) -> str:
        return self.get_login_redirect_url(request)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_generate_recovery_codes": _("Turn on two-step sign-in first."),
        "incorrect_code": _("That was not right. Please try again."),
        "unverified_email": _("Confirm your email address first."),
    }

    def _get_site_name(self) -> str:
        """The name under which an app or a device keeps the account."""
        return str(settings.SHOP_NAME)

    def build_totp_svg(self, url: str) -> str:
        """The code as a part of the page: the policy forbids pictures in addresses."""
        code = QRCode(image_factory=SvgPathImage)
        code.add_data(url)
        return mark_safe(code.make_image().to_string(encoding="unicode"))  # noqa: S308 qrcode drew it

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        known = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)s") % {"number": known + 1}
