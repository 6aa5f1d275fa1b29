from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from web.forms import problems
from web.request import Request

TITLES = {
    "account/account_inactive.html": _("This account is closed"),
    "account/confirm_email_verification_code.html": _("Confirm your email address"),
    "account/confirm_login_code.html": _("Enter your code"),
    "account/confirm_password_reset_code.html": _("Enter your code"),
    "account/email_change.html": _("Your email address"),
    "account/login.html": _("Sign in"),
    "account/logout.html": _("Sign out"),
    "account/password_change.html": _("Change your password"),
    "account/password_reset.html": _("Set a new password"),
    "account/password_reset_from_key.html": _("Set a new password"),
    "account/password_set.html": _("Set a password"),
    "account/reauthenticate.html": _("Confirm that it is you"),
    "account/request_login_code.html": _("Sign in with a code by mail"),
    "account/signup.html": _("Open an account"),
    "mfa/authenticate.html": _("One more step"),
    "mfa/index.html": _("Two-step sign-in and passkeys"),
    "mfa/reauthenticate.html": _("Confirm that it is you"),
    "mfa/recovery_codes/generate.html": _("New recovery codes"),
    "mfa/recovery_codes/index.html": _("Recovery codes"),
    "mfa/totp/activate_form.html": _("Set up your authenticator app"),
    "mfa/totp/deactivate_form.html": _("Stop using your authenticator app"),
    "mfa/webauthn/add_form.html": _("Add a passkey"),
    "mfa/webauthn/authenticator_confirm_delete.html": _("Remove this passkey?"),
    "mfa/webauthn/authenticator_list.html": _("Passkeys"),
    "mfa/webauthn/edit_form.html": _("Rename the passkey"),
    "mfa/webauthn/reauthenticate.html": _("Confirm that it is you"),
    "usersessions/usersession_list.html": _("Where you are signed in"),
}


class AccountPages:
    """Answers of django-allauth's views as the shop's own: a title, problems, their status.

    The one place for it; allauth itself would answer 200 to a form that it refuses.
    """

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Who is asked once more who they are goes on with what they asked for last.

        allauth keeps a POST for that; one that was given up must not wait for the next question.
        """
        if isinstance(exception, ReauthenticationRequired):
            request.session.pop(STATE_SESSION_KEY, None)

    def process_template_response(
        self, request: Request, response: TemplateResponse
    ) -> TemplateResponse:
        names: Any = response.template_name or ""  # an answer of the API has none
        context = response.context_data
        title = TITLES.get(names if isinstance(names, str) else names[0])
        if title is None or context is None:
            return response
        context["title"] = title
        if request.method == "POST" and (found := _problems(context)):
            context["problems"] = found
            response.status_code = 422
        response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["HX-Request-Type"])
        return response


def _problems(context: dict[str, Any]) -> list[tuple[str, str]]:
    forms = (context.get(name) for name in ("form", "webauthn_form"))
    return [found for form in forms if form and form.is_bound for found in problems(form)]
