"""Tags and filters that every template may use."""

from typing import Any

from django import template
from django.conf import settings
from django.utils import translation

from money.currency import price as formatted

register = template.Library()


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
