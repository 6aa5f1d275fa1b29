"""An editor's Markdown as safe HTML: no raw HTML, no pictures, links to where a page may lead."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.urls import translate_url
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

HEADING = re.compile(r"^#{1,6} +", re.MULTILINE)
SAFE_LINK = re.compile(r"https?://|mailto:|tel:|/(?!/)|#", re.IGNORECASE)


class Markdown(MarkdownIt):
    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable("table").disable("image")  # pictures have sizes and texts of their own

    def validateLink(self, url: str) -> bool:  # noqa: N802 its name there
        return bool(SAFE_LINK.match(url))

    def parse(self, src: str, env: Any = None) -> list[Token]:
        tokens = super().parse(src, env)
        _outline(tokens)
        for token in tokens:
            token.attrs.pop("style", None)  # of aligned cells: the policy allows no inline style
            for child in token.children or []:
                if child.type == "link_open":
                    child.attrs["href"] = in_readers_language(str(child.attrs["href"]))
        return tokens


LINK = re.compile(r"\[([^\[\]]+)\]\(([^()\s]+)\)")
MARKDOWN = Markdown()


def render(text: str) -> SafeString:
    return mark_safe(MARKDOWN.render(text))  # noqa: S308 html is off


def paragraphs(text: str) -> str:
    """The words of the paragraphs alone, without marks."""
    tokens = MARKDOWN.parse(text)
    pairs = zip(tokens, tokens[1:], strict=False)
    found = [inline for before, inline in pairs if before.type == "paragraph_open"]
    return " ".join("".join(_words(child) for child in each.children or []) for each in found)


def plain(text: str, whole: Callable[[str], str]) -> str:
    """As it was written, to be read as text: a heading is a line, and each link its words with its
    address behind.
    """

    def told(link: re.Match[str]) -> str:
        href = link[2]
        safe = SAFE_LINK.match(href)
        return f"{link[1]} ({whole(in_readers_language(href))})" if safe else link[1]

    return LINK.sub(told, HEADING.sub("", text))


def _words(token: Token) -> str:
    return " " if token.type.endswith("break") else token.content


def _outline(tokens: Sequence[Token]) -> None:
    """Headings begin at h2, below the page's own, and skip no level."""
    above: list[str] = []
    for token in tokens:
        if token.type == "heading_open":
            while above and above[-1] >= token.tag:
                above.pop()
            above.append(token.tag)
        if token.type.startswith("heading_"):
            token.tag = f"h{min(len(above) + 1, 6)}"


def in_readers_language(href: str) -> str:
    """An editor writes `/pages/privacy/` once; each reader stays in their language."""
    reader = translation.get_language()
    if not href.startswith("/"):
        return href
    with translation.override(settings.LANGUAGE_CODE):
        return translate_url(href, reader)
