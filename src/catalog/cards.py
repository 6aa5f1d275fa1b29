"""A product in a list, by what its words depend on besides the product itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from catalog.models import Variant
from catalog.models.variant import FEW, VariantQuerySet


@dataclass(frozen=True)
class Card:
    """`stock` is that of its readiest variant, as far as it is told; None if it is not counted.

    A card may lead with one variant: the one that a filter has asked for.
    """

    product: int
    stock: int | None
    leading: int | None = None

    @classmethod
    def of(cls, product: int, stocks: Iterable[int | None], leading: int | None = None) -> Self:
        readiest = max((Variant(stock=stock) for stock in stocks), key=lambda v: v.readiness)
        known = None if readiest.stock is None else min(readiest.stock, FEW + 1)
        return cls(product, known, leading)

    @property
    def variant(self) -> Variant:
        """What its availability is told by."""
        return Variant(stock=self.stock)


def cards(variants: VariantQuerySet, *, leading: bool = False) -> list[Card]:
    """Of the products that these variants are of, in the order in which they come. One query.

    `leading`: each leads with one of them; with one that can be had, if there is any.
    """
    stocks: dict[int, dict[int, int | None]] = {}
    for product, pk, stock in variants.values_list("product", "pk", "stock"):
        stocks.setdefault(product, {})[pk] = stock
    if not leading:
        return [Card.of(product, each.values()) for product, each in stocks.items()]
    first = {product: min(each, key=lambda pk: each[pk] == 0) for product, each in stocks.items()}
    return [
        Card.of(product, [each[first[product]]], first[product]) for product, each in stocks.items()
    ]


def in_order(found: Iterable[Card], products: Iterable[int]) -> list[Card]:
    """Those of these products, in their order."""
    known = {card.product: card for card in found}
    return [known[product] for product in products if product in known]
