"""What is said after something was done in an account, in place of allauth's own words."""

from typing import Any

from django.contrib import messages
from django.utils.translation import gettext_lazy as _

NOTICES = {
    "account/messages/email_confirmation_failed.txt": _(
        "%(email)s belongs to another account already."
    ),
    "account/messages/email_confirmed.txt": _("%(email)s is confirmed."),
    "account/messages/logged_in.txt": _("You are signed in as %(user)s."),
    "account/messages/logged_out.txt": _("You are signed out."),
    "account/messages/password_changed.txt": _("Your password is changed."),
    "account/messages/password_set.txt": _("Your password is set."),
    "mfa/messages/recovery_codes_generated.txt": _("You have new recovery codes. Keep them safe."),
    "mfa/messages/totp_activated.txt": _("Your authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": _("Your authenticator app is no longer asked for."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    # Only with sign-in through others: docs/social-sign-in.md
    "socialaccount/messages/account_connected.txt": _("You can now sign in that way too."),
    "socialaccount/messages/account_connected_other.txt": _(
        "That sign-in belongs to another account already."
    ),
    "socialaccount/messages/account_disconnected.txt": _("That way to sign in is removed."),
    "usersessions/messages/sessions_logged_out.txt": _("You are signed out on all other devices."),
}


def words(name: str | None, context: dict[str, Any]) -> str:
    """Nothing for what the next page says anyway."""
    known = NOTICES.get(name or "")
    return str(known) % context if known else ""


def forget(request: Any) -> None:
    """What is waiting for a page that shows it, so that it does not stay in the browser."""
    list(messages.get_messages(request))  # what is read is gone
