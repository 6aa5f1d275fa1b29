from cache.flight import once
from cache.versions import SHOP, STOCK
from catalog.cards import Card, cards
from catalog.models import Product, Variant

MOST = 8


def featured() -> list[Card]:
    """The products on the home page: one request asks the database, all others read the answer."""
    return once("featured", _read, SHOP, STOCK)


def _read() -> list[Card]:
    chosen = Product.objects.shown().filter(featured=True).values_list("pk", flat=True)[:MOST]
    variants = Variant.objects.filter(active=True, product__in=chosen)
    return cards(variants.order_by("product__position", "product_id"))
