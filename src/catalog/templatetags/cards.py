"""Cards of products, drawn once for everybody."""

from collections.abc import Sequence

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from cache.flight import many
from catalog.cards import Card
from catalog.models import Product
from catalog.translated import other_language

register = template.Library()


@register.simple_tag
def cards(found: Sequence[Card], lazy: bool = True, begun: int | None = None) -> SafeString:
    """The cards in order. The first is not lazy if it is seen at once; `begun` has the focus."""
    drawn = {}
    for n, card in enumerate(found):
        how = {"lazy": bool(lazy or n), "begun": card.product == begun}
        facts = (get_language(), *vars(card).values(), *how.values())
        drawn["card:" + ":".join(map(str, facts))] = card, how
    html = many(drawn, lambda names: _draw({name: drawn[name] for name in names}))
    return mark_safe("".join(html[name] or "" for name in drawn))  # noqa: S308 drawn here


def _draw(wanted: dict[str, tuple[Card, dict[str, bool]]]) -> dict[str, str]:
    """Two queries, whatever the number; four if some lead with a variant."""
    leading = any(card.leading for card, _how in wanted.values())
    ids = [card.product for card, _how in wanted.values()]
    products = Product.objects.for_cards(ids, choices=leading)
    return {
        name: _html(products[card.product], card, how)
        for name, (card, how) in wanted.items()
        if card.product in products
    }


def _html(product: Product, card: Card, how: dict[str, bool]) -> str:
    product.leading = next((v for v in product.shown_variants if v.pk == card.leading), None)
    words = {"product": product, "variant": card.variant, "other_lang": other_language()}
    return render_to_string("product.html#card", words | how)
