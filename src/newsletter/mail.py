"""The mails about being on the list, in its reader's language, HTML and text."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from newsletter import links
from outbox.kinds import Kind
from outbox.look import written
from outbox.models import Message
from outbox.post import post

if TYPE_CHECKING:
    from coupons.models import Coupon
    from newsletter.models import Subscriber


@dataclass(frozen=True)
class Letter:
    subject: Any
    says: Any
    link_words: Any
    after: Any = ""


ASKED = _("Someone, probably you, asked for our letters at this address.")
LAPSES = _("The link is good for %(days)s days. If this was not you, you need do nothing.")
LETTERS = {
    "confirm": Letter(
        _("Please confirm that you want our letters"),
        _("We send none until you have said yes on this page:"),
        _("Yes, I want them"),
        LAPSES,
    ),
    "confirm_again": Letter(
        _("Do you want our letters again?"),
        _(
            "We had stopped writing here, because a mail came back, was reported as unwanted, or"
            " we were asked to. We begin again only if you say so on this page:"
        ),
        _("Yes, I want them again"),
        LAPSES,
    ),
    "on_the_list": Letter(
        _("You are on the list already"),
        _("You get them already. Here you can change what you get, or leave:"),
        _("Change or leave"),
        _("If this was not you, you need do nothing."),
    ),
    "welcome": Letter(
        _("Welcome to our letters"),
        _("You are on the list now. The next letter comes to you as well."),
        _("See what is in the shop"),
    ),
}
KINDS = {name: Kind(f"newsletter_{name}") for name in LETTERS}


def please_confirm(subscriber: Subscriber, consent: int) -> Message:
    again = subscriber.state == subscriber.State.SUPPRESSED
    url = links.address("confirm", consent, subscriber.language)
    return _post("confirm_again" if again else "confirm", subscriber, url, asked=ASKED)


def on_the_list(subscriber: Subscriber) -> Message:
    return _post("on_the_list", subscriber, subscriber.preferences_url, asked=ASKED)


def welcome(subscriber: Subscriber, coupon: Coupon | None) -> Message:
    with translation.override(subscriber.language):
        url = settings.SITE_URL + reverse("content:home")
    headers = subscriber.mail_headers
    return _post("welcome", subscriber, url, headers=headers, subscriber=subscriber, coupon=coupon)


def _post(
    kind: str, to: Subscriber, url: str, headers: dict[str, str] | None = None, **more: Any
) -> Message:
    letter = LETTERS[kind]
    with translation.override(to.language):
        context = more | {
            "says": letter.says,
            "after": letter.after % {"days": settings.NEWSLETTER_CONFIRM_DAYS},
            "url": url,
            "url_words": letter.link_words,
        }
        mail = written("newsletter/mail/letter", str(letter.subject), context)
    about = f"newsletter:{uuid.uuid4()}"
    return post(about, KINDS[kind], to=to.email or "", headers=headers, **mail)
