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


def cards(products: Iterable[int], leading: VariantQuerySet | None = None) -> list[Card]:
    """Of those products that the shop shows, in the same order. One query.

    Each leads with one of the variants in `leading`; with one that can be had, if there is any.
    """
    wanted = list(products)
    stocks: dict[int, dict[int, int | None]] = {}
    told = Variant.objects.all() if leading is None else leading
    found = told.buyable().filter(product__in=wanted)  # asks nothing for nobody
    for product, pk, stock in found.order_by("position", "pk").values_list(
        "product", "pk", "stock"
    ):
        stocks.setdefault(product, {})[pk] = stock
    if leading is None:
        return [Card.of(pk, stocks[pk].values()) for pk in wanted if pk in stocks]
    first = {pk: min(each, key=lambda v: each[v] == 0) for pk, each in stocks.items()}
    return [Card.of(pk, [stocks[pk][first[pk]]], first[pk]) for pk in wanted if pk in stocks]
