"""The mails about being on the list, in its reader's language, HTML and text."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from newsletter import links
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


def please_confirm(subscriber: Subscriber, consent: int) -> None:
    again = subscriber.state == subscriber.State.SUPPRESSED
    url = links.address("confirm", consent, subscriber.language)
    _post("confirm_again" if again else "confirm", subscriber, url, asked=ASKED)


def on_the_list(subscriber: Subscriber) -> None:
    _post("on_the_list", subscriber, subscriber.preferences_url, asked=ASKED)


def welcome(subscriber: Subscriber, coupon: Coupon | None) -> None:
    with translation.override(subscriber.language):
        url = settings.SITE_URL + reverse("content:home")
    headers = subscriber.mail_headers
    _post("welcome", subscriber, url, headers=headers, subscriber=subscriber, coupon=coupon)


def _post(
    kind: str, to: Subscriber, url: str, headers: dict[str, str] | None = None, **more: Any
) -> None:
    letter = LETTERS[kind]
    with translation.override(to.language):
        context = more | {
            "says": letter.says,
            "after": letter.after % {"days": settings.NEWSLETTER_CONFIRM_DAYS},
            "url": url,
            "url_words": letter.link_words,
            "shop_name": settings.SHOP_NAME,
            "shop_address": settings.SHOP_ADDRESS,
            "language": to.language,
        }
        post(
            f"newsletter:{uuid.uuid4()}",
            f"newsletter_{kind}",
            to=to.email or "",
            language=to.language,
            subject=str(letter.subject),
            text=render_to_string("newsletter/mail/letter.txt", context),
            html=render_to_string("newsletter/mail/letter.html", context),
            headers=headers or {},
        )
