"""What a campaign says, worked out once for a language; then only the personal addresses differ."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from catalog.models import Product
from content import markdown
from outbox.kinds import Kind
from outbox.look import absolute, written
from outbox.mail import Mail, part
from outbox.models import Message
from outbox.post import post
from outbox.quoted import Quoted, quoted

if TYPE_CHECKING:
    from campaigns.models import Block, Campaign
    from catalog.models import Picture
    from newsletter.models import Subscriber

# They stand where a reader's own addresses come: plain enough to outlive any rewriting of HTML.
PREFERENCES = "https://letter.invalid/preferences"
LEAVE = "https://letter.invalid/leave"
READ = "https://letter.invalid/read"
MARKS = (PREFERENCES, LEAVE, READ)
TEST = Kind("letter_test")
WIDEST = 552  # pixels that the frame leaves for a picture


@dataclass(frozen=True)
class Letter:
    campaign_id: int
    address: str  # where everybody can read it
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
        own = {PREFERENCES: subscriber.preferences_url, LEAVE: leave, READ: self.address}
        return self._mail(subscriber.email or "", own, headers)

    def tried(self, email: str) -> Mail:
        """The mail to somebody who looks at it first: its personal addresses lead to the list."""
        with translation.override(self.language):
            anyones, archive = map(
                absolute, (reverse("newsletter:join"), reverse("campaigns:archive"))
            )
        return self._mail(email, {PREFERENCES: anyones, LEAVE: anyones, READ: archive}, {})

    def _mail(self, to: str, own: dict[str, str], headers: dict[str, str]) -> Mail:
        return ToOne(self, to, own, {"Content-Language": self.language} | headers)

    @cached_property
    def parts(self) -> dict[str, Quoted]:
        return {"plain": Quoted(self.text, MARKS), "html": Quoted(self.html, MARKS)}


class ToOne(Mail):
    """A letter's mail to one reader, of which only their own addresses are encoded for them."""

    def __init__(
        self, letter: Letter, to: str, own: dict[str, str], headers: dict[str, str]
    ) -> None:
        def filled(text: str) -> str:
            for mark, address in own.items():
                text = text.replace(mark, address)
            return text

        super().__init__(letter.subject, filled(letter.text), to=[to], headers=headers)
        self.attach_alternative(filled(letter.html), "text/html")
        self.letter, self.own = letter, own

    def parts(self) -> list[bytes]:
        own = {mark: quoted(address) for mark, address in self.own.items()}
        parts = self.letter.parts.items()
        return [part(kind, "quoted-printable", each.filled(own)) for kind, each in parts]


def letter(campaign: Campaign, language: str) -> Letter:
    """Its words, and the products as they are now. Queries do not depend on how many read it."""
    with translation.override(language):
        context = {
            "campaign": campaign,
            "pieces": complete(pieces(campaign, language)),
            "preferences": PREFERENCES,
            "leave": LEAVE,
            "read": READ if campaign.is_public else "",
        }
        address = absolute(campaign.get_absolute_url())
        mail = written("campaigns/mail/letter", campaign.subject, context)
    return Letter(
        campaign.pk,
        address,
        language,
        mail["subject"],
        campaign.preheader,
        mail["html"],
        mail["text"],
    )


def pieces(campaign: Campaign, language: str) -> list[dict[str, Any]]:
    """What its blocks show: of a draft as it would be now, and for ever as it was when it began."""
    if not campaign.begun_at:
        return _pieces(campaign, language)
    found = campaign.editions.filter(language=language).first()
    if found is None:
        for code, _name in settings.LANGUAGES:
            new = {"pieces": _pieces(campaign, code)}
            campaign.editions.get_or_create(language=code, defaults=new)
        found = campaign.editions.get(language=language)
    return found.pieces


def _pieces(campaign: Campaign, language: str) -> list[dict[str, Any]]:
    with translation.override(language):
        return [_piece(block) for block in campaign.blocks.select_related("picture")]


def _piece(block: Block) -> dict[str, Any]:
    """What a block shows."""
    address = markdown.in_readers_language(block.address)
    piece: dict[str, Any] = {"kind": block.kind, "address": address}
    if block.kind == block.Kind.TEXT:
        piece |= {"html": str(block.html), "text": markdown.plain(block.text, absolute)}
    elif block.kind == block.Kind.BUTTON:
        piece["words"] = block.text
    elif block.kind == block.Kind.PICTURE and block.picture:
        piece["picture"] = _picture(block.picture, WIDEST)
    elif block.kind == block.Kind.PRODUCTS:
        pks = list(block.products.shown().values_list("pk", flat=True))
        products = Product.objects.for_cards(pks)
        piece["products"] = [_card(products[pk]) for pk in pks]
    return piece


def _card(product: Product) -> dict[str, Any]:
    picture = product.main_picture
    return {
        "name": product.name,
        "address": product.get_absolute_url(),
        "price": product.cheapest.price,
        "before": product.cheapest.compare_at,
        "varies": product.price_varies,
        "picture": _picture(picture, 252) if picture else None,
    }


def _picture(picture: Picture, widest: int) -> dict[str, Any]:
    """A JPEG, which every mail program shows, in the size at which it stands in a letter."""
    width = min(widest, picture.width)
    height = round(picture.height * width / picture.width)
    return {"url": picture.for_mail(), "alt": picture.alt, "width": width, "height": height}


def complete(value: Any, name: str = "") -> Any:
    """The same pieces with whole addresses, for who reads them elsewhere than in the shop."""
    if isinstance(value, list):
        return [complete(each) for each in value]
    if isinstance(value, dict):
        return {name: complete(each, name) for name, each in value.items()}
    if name == "html":
        return value.replace('="/', f'="{settings.SITE_URL}/')
    return absolute(value) if value and name in {"address", "url"} else value


def try_out(campaign: Campaign, language: str, email: str, about: str) -> Message:
    """Mail it to somebody who looks at it before it is sent. `about` is told to the outbox."""
    mail = letter(campaign, language).tried(email)
    return post(
        about,
        TEST,
        to=email,
        language=language,
        subject=str(mail.subject),
        text=str(mail.body),
        html=str(mail.alternatives[0][0]),
    )
