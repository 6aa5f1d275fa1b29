"""What is kept of the catalogue, and for which versions (docs/decisions/0020-cache.md).

Prices and names go by the shop's version; whatever tells how many there are, by the stock's too.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from django.db.transaction import get_connection

from cache.flight import many, once
from cache.versions import SHOP, STOCK
from catalog import search
from catalog.models import Category, Product, Variant
from catalog.models.variant import FEW


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


def found(words: str) -> list[int]:
    """The ids of what a search finds, best first."""
    name = sha256(words.encode()).hexdigest()[:32]
    return once(f"found:{name}", lambda: search.found(words))


def product(slug: str, stocks: Mapping[int, int | None] | None = None) -> Product | None:
    """A product for its page; how many there are of it is read anew, unless `stocks` tells."""
    shown = Product.objects.shown().for_detail()
    found = once(f"product:{slug}", lambda: shown.filter(slug=slug).first())
    if found:
        known = on_the_shelf(slug).stocks if stocks is None else stocks
        for variant in found.shown_variants:
            variant.stock = known.get(variant.pk, 0)
    return found


@dataclass(frozen=True)
class Shelf:
    """How many there are now of each variant of a product that the shop shows."""

    product: int = 0
    stocks: Mapping[int, int | None] = field(default_factory=dict)
    skus: Collection[str] = ()

    def __str__(self) -> str:
        """As far as a page tells it."""
        told = (n if n is None else min(n, FEW + 1) for n in self.stocks.values())
        return ",".join(map(str, told))


def on_the_shelf(slug: str) -> Shelf:
    """One query, since this decides what can be bought; an empty one for what is not shown."""
    found = Variant.objects.buyable().filter(product__slug=slug).order_by("pk")
    rows = list(found.values_list("product", "pk", "stock", "sku"))
    stocks = {pk: stock for _product, pk, stock, _sku in rows}
    return Shelf(rows[0][0], stocks, {row[3] for row in rows}) if rows else Shelf()


def variants(pks: Collection[int], *, anew: bool = False) -> dict[int, Variant]:
    """Those of them that can be bought, with what a line of a cart says.

    `anew` asks the database for prices and stock: for pages on which somebody decides by what is
    there now.
    """
    if anew:
        return _now(pks)

    def fill(names: list[str]) -> dict[str, Variant]:
        return {f"line:{pk}": each for pk, each in _variants([wanted[n] for n in names]).items()}

    wanted = {f"line:{pk}": pk for pk in pks}
    found = many(wanted, fill, SHOP, STOCK)
    return {wanted[name]: variant for name, variant in found.items() if variant}


def _now(pks: Collection[int]) -> dict[int, Variant]:
    """One query, and what editors have written of them out of the cache."""
    if get_connection().in_atomic_block:
        return _variants(pks)
    read: dict[int, Variant] = {}

    def fill(_missing: list[str]) -> dict[str, Variant]:
        read.update(_variants(pks))  # all of them, and so their prices and stock as well
        return {f"goods:{pk}": each for pk, each in read.items()}

    wanted = {f"goods:{pk}": pk for pk in pks}
    found = many(wanted, fill)
    if read:
        return read
    known = {wanted[name]: each for name, each in found.items() if each}
    rows = Variant.objects.buyable().filter(pk__in=known).values_list("pk", "price", "stock")
    for pk, price, stock in rows:
        known[pk].price, known[pk].stock = price, stock
    there = {pk for pk, _price, _stock in rows}
    return {pk: each for pk, each in known.items() if pk in there}


def pictured(pks: Collection[int]) -> dict[int, Product]:
    """Products with their pictures: three queries, whatever their number, where none is kept."""

    def fill(names: list[str]) -> dict[str, Product]:
        found = Product.objects.select_related("tax_class").prefetch_related("pictures__values")
        return {
            f"pictured:{pk}": each for pk, each in found.in_bulk([wanted[n] for n in names]).items()
        }

    wanted = {f"pictured:{pk}": pk for pk in pks}
    return {wanted[name]: each for name, each in many(wanted, fill).items() if each}


def _variants(pks: Collection[int]) -> dict[int, Variant]:
    buyable = Variant.objects.buyable().select_related("product__tax_class")
    return buyable.prefetch_related("values").in_bulk(pks)
