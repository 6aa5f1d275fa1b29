"""What is kept of the catalogue, and for which versions (docs/decisions/0020-cache.md).

Prices and names go by the shop's version; whatever tells how many there are, by the stock's too.
"""

from collections.abc import Collection

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


def variants(pks: Collection[int], *, anew: bool = False) -> dict[int, Variant]:
    """Those of them that can be bought, with what a line of a cart says.

    `anew` asks the database: for pages on which somebody decides by what is there now.
    """
    if anew:
        return _variants(pks)

    def fill(names: list[str]) -> dict[str, Variant]:
        return {f"line:{pk}": each for pk, each in _variants([wanted[n] for n in names]).items()}

    wanted = {f"line:{pk}": pk for pk in pks}
    found = many(wanted, fill, SHOP, STOCK)
    return {wanted[name]: variant for name, variant in found.items() if variant}


def _variants(pks: Collection[int]) -> dict[int, Variant]:
    buyable = Variant.objects.buyable().select_related("product__tax_class")
    return buyable.prefetch_related("values").in_bulk(pks)
