"""What a campaign says, worked out once for a language; then only the personal addresses differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from outbox.mail import Mail
from outbox.post import post

if TYPE_CHECKING:
    from campaigns.models import Block, Campaign
    from newsletter.models import Subscriber

# They stand where a reader's own addresses come: plain enough to outlive any rewriting of HTML.
PREFERENCES = "https://letter.invalid/preferences"
LEAVE = "https://letter.invalid/leave"


@dataclass(frozen=True)
class Letter:
    campaign_id: int
    language: str
    subject: str
    preheader: str
    html: str
    text: str

    def to(self, subscriber: Subscriber, message_id: str) -> Mail:
        """The mail to one reader, who can leave by its headers (RFC 8058) and in its words."""
        leave = f"{subscriber.leave_url}?letter={self.campaign_id}"
        headers = {
            "Message-ID": message_id,
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        return self._mail(subscriber.email or "", subscriber.preferences_url, leave, headers)

    def tried(self, email: str) -> Mail:
        """The mail to somebody who looks at it first: its personal addresses lead to the list."""
        with translation.override(self.language):
            anyones = settings.SITE_URL + reverse("newsletter:join")
        return self._mail(email, anyones, anyones, {})

    def _mail(self, to: str, preferences: str, leave: str, headers: dict[str, str]) -> Mail:
        def filled(text: str) -> str:
            return text.replace(PREFERENCES, preferences).replace(LEAVE, leave)

        headers = {"Content-Language": self.language} | headers
        mail = Mail(self.subject, filled(self.text), to=[to], headers=headers)
        mail.attach_alternative(filled(self.html), "text/html")
        return mail


def letter(campaign: Campaign, language: str) -> Letter:
    """Its words, and the products as they are now. Queries do not depend on how many read it."""
    with translation.override(language):
        context = {
            "campaign": campaign,
            "pieces": [_piece(block) for block in campaign.blocks.select_related("picture")],
            "language": language,
            "preferences": PREFERENCES,
            "leave": LEAVE,
            "shop_name": settings.SHOP_NAME,
            "shop_address": settings.SHOP_ADDRESS,
        }
        return Letter(
            campaign.pk,
            language,
            campaign.subject,
            campaign.preheader,
            render_to_string("campaigns/mail/letter.html", context),
            render_to_string("campaigns/mail/letter.txt", context),
        )


def _piece(block: Block) -> dict:
    products = list(block.products.shown().for_cards()) if block.kind == "products" else []
    return {
        "block": block,
        "html": _whole(block.html),
        "address": absolute(block.address),
        "picture": absolute(block.picture.large[0]) if block.picture else "",
        "products": [(each, absolute(each.get_absolute_url())) for each in products],
    }


def absolute(address: str) -> str:
    """Of an address in the shop the whole, as mails need it."""
    return settings.SITE_URL + address if address.startswith("/") else address


def _whole(html: str) -> SafeString:
    return mark_safe(html.replace('="/', f'="{settings.SITE_URL}/'))  # noqa: S308 of safe HTML


def try_out(campaign: Campaign, language: str, email: str, about: str) -> None:
    """Mail it to somebody who looks at it before it is sent. `about` is told to the outbox."""
    mail = letter(campaign, language).tried(email)
    post(
        about,
        "letter_test",
        to=email,
        language=language,
        subject=str(mail.subject),
        text=str(mail.body),
        html=str(mail.alternatives[0][0]),
        headers={"Content-Language": language},
    )
