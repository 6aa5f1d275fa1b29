"""Reads pages as a browser does: forms to send, fragments to swap, trees to compare."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.html
from lxml.etree import _Comment

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
PIECE = re.compile(
    r'<hx-partial hx-target="#([\w-]+)" hx-swap="outerMorph">(.*?)</hx-partial>', re.DOTALL
)
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
FOR_MACHINES = "//head/link[@rel='canonical' or @rel='alternate'] | //meta[@property='og:url']"
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")\w+')


def parse(html: str) -> Any:
    return lxml.html.document_fromstring(html)


def body(response: Any) -> str:
    """The answer's text with every token replaced, which differs from answer to answer."""
    return TOKEN.sub(r"\1…", response.content.decode())


def pieces(answer: str) -> dict[str, str]:
    """The fragments of an htmx answer by the id they are for."""
    return dict(PIECE.findall(answer))


def swapped(page: Any, answer: str) -> Any:
    """The page after htmx has put the answer's fragments and title into it."""
    page = parse(lxml.html.tostring(page, encoding="unicode"))
    for target, html in pieces(answer).items():
        (old,) = page.xpath("//*[@id=$id]", id=target)
        (new,) = lxml.html.fragments_fromstring(html.strip())
        new.tail = old.tail
        old.getparent().replace(old, new)
    if title := TITLE.search(PIECE.sub("", answer)):
        page.find(".//title").text = lxml.html.fromstring(f"<p>{title[1]}</p>").text_content()
    return page


def outline(page: Any) -> list[str]:
    """The tree in lines, without what differs by its nature: tokens and what was just said.

    Nor with the page's address for search engines, which swap nothing.
    """
    for notices in page.xpath("//*[@id='notices-list']"):
        notices.clear()
    for token in page.xpath("//input[@name='csrfmiddlewaretoken']"):
        token.set("value", "…")
    for address in page.xpath(FOR_MACHINES):
        address.getparent().remove(address)
    return list(_lines(page, ""))


def _lines(element: Any, indent: str) -> Iterator[str]:
    if isinstance(element, _Comment):
        return
    attributes = "".join(f" {name}={value!r}" for name, value in sorted(element.items()))
    yield f"{indent}{element.tag}{attributes}"
    for text, child in [(element.text, None), *((each.tail, each) for each in element)]:
        if child is not None:
            yield from _lines(child, indent + " ")
        if words := " ".join((text or "").split()):
            yield f"{indent} {words!r}"


@dataclass(frozen=True)
class Form:
    method: str
    action: str
    fields: dict[str, str]
    id: str
    element: Any = None

    def filled(self, **more: str) -> dict[str, str]:
        return {**self.fields, **more}


def forms(page: Any) -> list[Form]:
    return [
        Form(
            method=(form.get("method") or "get").lower(),
            action=form.get("action"),
            # Buttons that carry a name are pressed on purpose, by naming them in `filled`.
            fields={name: value or "" for name, value in form.form_values()},
            id=next((each.get("id") or "" for each in form.iter("button")), ""),
            element=form,
        )
        for form in page.iter("form")
    ]


def form(page: Any, action: str) -> Form:
    """The one form of the page whose address contains `action`."""
    found = [each for each in forms(page) if action in each.action]
    assert len(found) == 1, f"{len(found)} forms for {action}"
    return found[0]
