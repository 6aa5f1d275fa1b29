"""Tags and filters that every template may use."""

from hashlib import sha256
from typing import Any

from django import template
from django.conf import settings
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils import translation
from django.utils.safestring import mark_safe

from cache.near import piece
from money.currency import price as formatted

register = template.Library()
TOKEN = {"csrf_token": "of-whoever-reads-it"}
FIELD = CsrfTokenNode().render(template.Context(TOKEN))


@register.filter
def price(amount: int, currency: str = settings.SHOP_CURRENCY) -> str:
    """An amount of minor units in the reader's way of writing it."""
    return formatted(amount, currency, translation.get_language())


@register.filter
def percent(rate: int) -> str:
    """Basis points: 2000 → "20%", 525 → "5.25%"."""
    return f"{rate / 100:g}%"


@register.inclusion_tag("picture.html", takes_context=False)
def picture(
    picture: Any, sizes: str, lazy: bool = True, decorative: bool = False
) -> dict[str, Any]:
    """A catalogue picture in AVIF and WebP; `sizes` as in HTML. What is seen first is not lazy.

    A decorative one stands beside words that say the same.
    """
    return {"picture": picture, "sizes": sizes, "lazy": lazy, "decorative": decorative}


class KeptNode(Node):
    def __init__(self, nodelist: NodeList, names: list[FilterExpression]) -> None:
        self.nodelist, self.names = nodelist, names

    def render(self, context: template.Context) -> str:
        names = [str(name.resolve(context)) for name in self.names]
        text = piece(self._name(names), lambda: self._drawn(context))
        if FIELD not in text:
            return mark_safe(text)  # noqa: S308 drawn here
        return mark_safe(text.replace(FIELD, CsrfTokenNode().render(context)))  # noqa: S308

    def _name(self, names: list[str]) -> str:
        """Short, whatever somebody has typed."""
        told = repr((translation.get_language(), *names))
        return "piece:" + sha256(told.encode(errors="replace")).hexdigest()[:32]

    def _drawn(self, context: template.Context) -> str:
        with context.push(**TOKEN):
            return str(self.nodelist.render(context))


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """`{% kept name … %}` draws what stands within once for everybody, and keeps it.

    It may show nothing but what the names tell, the language, and what editors write; forms in it
    get the token of who reads them.
    """
    names = [parser.compile_filter(name) for name in token.split_contents()[1:]]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, names)
