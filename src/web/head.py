"""What a page tells search engines, and whoever passes its address on, about itself."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.templatetags.static import static
from django.urls import translate_url
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext

TAGS = {"en": "en", "zh-hant": "zh-Hant"}  # as BCP 47 writes them
LOCALES = {"en": "en_GB", "zh-hant": "zh_TW"}  # as Open Graph does
DESCRIPTION = 160  # characters that a page of results shows
SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？]")
# So that no text can end the script element that the data stand in.
HARMLESS = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}

Thing = Mapping[str, Any]  # of schema.org


@dataclass(frozen=True)
class Preview:
    """A picture that stands for the page: its address and its size in pixels."""

    address: str
    width: int
    height: int
    alt: str

    @property
    def url(self) -> str:
        return absolute(self.address)


@dataclass(frozen=True)
class Head:
    """`path` is the page's one address in the reader's language, without what only filters it.

    A page whose view gives no head asks not to be indexed.
    """

    path: str
    title: str
    text: str
    preview: Preview | None = None
    kind: str = "website"
    things: Sequence[Thing] = field(default_factory=list)
    feed: str = ""  # the path of what feed readers may follow instead

    @property
    def address(self) -> str:
        return absolute(self.path)

    @property
    def alternates(self) -> dict[str, str]:
        return alternates(self.path)

    @property
    def description(self) -> str:
        return opening(self.text)

    @property
    def picture(self) -> Preview:
        return self.preview or _card()

    @property
    def locale(self) -> str:
        return LOCALES[translation.get_language()]

    @property
    def other_locales(self) -> list[str]:
        return [locale for locale in LOCALES.values() if locale != self.locale]

    @property
    def json(self) -> SafeString:
        """The things as JSON-LD, fit to stand in a script element."""
        graph = {"@context": "https://schema.org", "@graph": list(self.things)}
        text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"))
        return mark_safe(text.translate(HARMLESS))  # noqa: S308 no tag is left in it


def absolute(address: str) -> str:
    """By the shop's own address, whatever host a request names."""
    return urljoin(f"{settings.SITE_URL}/", address)


def alternates(path: str) -> dict[str, str]:
    """A page's absolute address in every language, and for readers of none of them."""
    found = {TAGS[code]: absolute(translate_url(path, code)) for code, _name in settings.LANGUAGES}
    return found | {"x-default": found[TAGS[settings.LANGUAGE_CODE]]}


def opening(text: str, most: int = DESCRIPTION) -> str:
    """The sentences that fit into `most` characters, or as much of the first as does."""
    words = " ".join(text.split())
    if len(words) <= most:
        return words
    ends = [found.end() for found in SENTENCE_END.finditer(words) if found.end() <= most]
    return words[: ends[-1]] if ends else Truncator(words).chars(most)


def breadcrumb(*steps: tuple[str, str]) -> Thing:
    """The way to a page as (name, path) from below the home page down, the page itself last."""
    items = [
        {"@type": "ListItem", "position": position, "name": name, "item": absolute(path)}
        for position, (name, path) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def organization(home: str) -> Thing:
    return {
        "@type": "OnlineStore",
        "@id": absolute("#shop"),
        "name": str(settings.SHOP_NAME),
        "url": absolute(home),
        "logo": absolute(static("img/seal-180.png")),
        "email": settings.SHOP_EMAIL,
        "address": str(settings.SHOP_ADDRESS),
    }


def website(home: str, search: str) -> Thing:
    return {
        "@type": "WebSite",
        "name": str(settings.SHOP_NAME),
        "url": absolute(home),
        "inLanguage": TAGS[translation.get_language()],
        "publisher": {"@id": absolute("#shop")},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{absolute(search)}?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        },
    }


def _card() -> Preview:
    """The shop's own picture, for pages without one."""
    alt = gettext("The shop’s seal and name beside a teapot and two filled cups")
    return Preview(static("img/card.jpg"), 1200, 630, alt)
