"""The mails about an account, HTML and text, in the language that the member has chosen, or else
in that of the page that caused them.

Links begin with SITE_URL: what a request says about its host goes into no mail.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from members.models import User
from outbox.kinds import Kind
from outbox.look import written
from outbox.models import Message
from outbox.post import post

ABOUT = "account"
IGNORE = _("If this was not you, you need do nothing.")
BEWARE = _("If this was not you, set a new password at once, and write to us.")


@dataclass(frozen=True)
class Letter:
    """The subject, what the mail says before a code or a link, and after it.

    The code itself stays out of the subject, which screens show while they are locked.
    """

    subject: Any
    says: Any
    after: Any = BEWARE
    link: str = ""  # name of a page
    link_words: Any = ""


LETTERS = {
    "email_confirmation": Letter(
        _("Confirm your email address"),
        _("To confirm this email address, enter this code on the page that asked for it:"),
        IGNORE,
    ),
    "account_already_exists": Letter(
        _("You have an account already"),
        _("Someone, probably you, tried to open an account with this address. You have one."),
        IGNORE,
        "account_reset_password",
        _("Set a new password"),
    ),
    "unknown_account": Letter(
        _("There is no account with this address"),
        _("Someone, probably you, tried to sign in with this address. It has no account with us."),
        IGNORE,
        "account_signup",
        _("Open an account"),
    ),
    "login_code": Letter(
        _("Your code to sign in"),
        _("To sign in, enter this code on the page that asked for it:"),
        IGNORE,
    ),
    "password_reset_code": Letter(
        _("Your code to set a new password"),
        _("To set a new password, enter this code on the page that asked for it:"),
        IGNORE,
    ),
    "password_changed": Letter(_("Your password is changed"), _("Your password was changed.")),
    "password_reset": Letter(_("Your password is changed"), _("You have set a new password.")),
    "password_set": Letter(_("Your password is set"), _("Your account now has a password.")),
    "email_changed": Letter(
        _("Your email address is changed"),
        _("Your account now has the address %(to_email)s in place of %(from_email)s."),
    ),
    "totp_activated": Letter(
        _("Your authenticator app is set up"),
        _("From now on, signing in asks for a code from your authenticator app."),
    ),
    "totp_deactivated": Letter(
        _("Your authenticator app is removed"),
        _("Signing in no longer asks for a code from your authenticator app."),
    ),
    "recovery_codes_generated": Letter(
        _("New recovery codes"),
        _("Your account has new recovery codes. The old ones are no longer valid."),
    ),
    "webauthn_added": Letter(_("A passkey is added"), _("A passkey was added to your account.")),
    "webauthn_removed": Letter(
        _("A passkey is removed"), _("A passkey was removed from your account.")
    ),
    "export_ready": Letter(
        _("Your data is ready"),
        _("What we hold about you is ready to be downloaded, for %(days)s days. Sign in for it."),
        _("If you did not ask for it, set a new password at once, and write to us."),
        "privacy:data",
        _("Download your data"),
    ),
    "erased": Letter(
        _("Your data is erased"),
        _(
            "Your account, if you had one, and what we held about you are erased. Of your orders"
            " the accounts keep what was sold and for how much, without your name and address."
        ),
        _("This is our last mail to you. If this was not you, answer it."),
    ),
    # Only with sign-in through others: docs/social-sign-in.md
    "account_connected": Letter(
        _("Another way to sign in"), _("Your account can now be entered through %(provider)s.")
    ),
    "account_disconnected": Letter(
        _("A way to sign in is removed"),
        _("Your account can no longer be entered through %(provider)s."),
    ),
}
LETTERS["email_confirmation_signup"] = LETTERS["email_confirmation"]
KINDS = {name: Kind(name) for name in LETTERS}


def send(name: str, to: str, about: Mapping[str, Any], *, kept: bool = True) -> Message:
    """One mail about one event. Raises KeyError for a mail that the shop has no words for."""
    member = about.get("user") or User.objects.filter(email=to.lower()).first()
    with translation.override(member.language if member else get_language()):
        return _send(LETTERS[name], name, to, about, member, kept)


def _send(
    letter: Letter, name: str, to: str, about: Mapping[str, Any], member: User | None, kept: bool
) -> Message:
    reset = letter.after is BEWARE and "account_reset_password"
    page = letter.link or reset
    context = {
        "name": member.name if member else "",
        "says": str(letter.says) % about,
        "code": about.get("code", ""),
        "after": letter.after,
        "url": f"{settings.SITE_URL}{reverse(page)}" if page else "",
        "url_words": letter.link_words or gettext("Set a new password"),
    }
    # Whose account it is about, so that mails to their former addresses are found; 0 for none.
    owner = member.pk if member else 0
    mail = written("account/mail/letter", str(letter.subject), context)
    return post(f"{ABOUT}:{owner}:{uuid.uuid4().hex}", KINDS[name], to=to, kept=kept, **mail)
