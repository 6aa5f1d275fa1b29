"""What is kept of the catalogue, and for which versions (docs/decisions/0020-cache.md).

Prices and names go by the shop's version; whatever tells how many there are, by the stock's too.
"""

from collections.abc import Iterable

from cache.flight import many, once
from cache.versions import SHOP, STOCK
from catalog.models import Category, Product, Variant
from catalog.models.product import ProductQuerySet
from catalog.offers import Offers
from catalog.translated import suffix


def tree() -> list[Category]:
    """The top categories with their branches: the menu of every page."""
    return once("categories", Category.objects.tree)


def category(slug: str) -> Category | None:
    """A category with its branches, its picture and all above it."""
    return next((each for top in tree() for each in top.family() if each.slug == slug), None)


def named(words: str) -> list[Category]:
    """Those whose name, in either language, holds these words as they stand."""
    asked = words.casefold()
    everything = (each for top in tree() for each in top.family())
    return [c for c in everything if asked in f"{c.name_en}\n{c.name_zh}".casefold()]


def offers(name: str, products: ProductQuerySet) -> Offers:
    """What a list is filtered, sorted and counted by; `name` says which products they are."""
    return once(f"offers:{suffix()}:{name}", lambda: Offers(products), SHOP, STOCK)


def product(slug: str, stocks: dict[int, int | None] | None = None) -> Product | None:
    """A product for its page; how many there are of it is read anew, unless `stocks` tells."""
    shown = Product.objects.shown().for_detail()
    found = once(f"product:{slug}", lambda: shown.filter(slug=slug).first())
    if found:
        if stocks is None:
            stocks = dict(Variant.objects.filter(product=found).values_list("pk", "stock"))
        for variant in found.shown_variants:
            variant.stock = stocks.get(variant.pk, 0)
    return found


def variants(pks: Iterable[int]) -> dict[int, Variant]:
    """Those of them that can be bought, with what a line of a cart says."""

    def fill(names: list[str]) -> dict[str, Variant]:
        buyable = Variant.objects.buyable().select_related("product__tax_class")
        found = buyable.prefetch_related("values").in_bulk([wanted[name] for name in names])
        return {f"line:{pk}": variant for pk, variant in found.items()}

    wanted = {f"line:{pk}": pk for pk in pks}
    found = many(wanted, fill, SHOP, STOCK)
    return {wanted[name]: variant for name, variant in found.items() if variant}
