"""What products are to be had for, read lightly: enough to filter, sort and count them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.db.models import QuerySet

from catalog.models import Product, Variant
from catalog.translated import suffix

Choice = tuple[str, str]  # (option's code, value's code)


@dataclass(frozen=True)
class Offer:
    """One variant."""

    variant: int
    product: int
    price: int  # minor units
    stock: int | None
    choices: frozenset[Choice]

    @property
    def available(self) -> bool:
        return self.stock != 0


@dataclass(frozen=True)
class Wanted:
    """What a shopper filters by. Of one option any value will do; of several, all must fit."""

    low: int | None = None
    high: int | None = None
    available: bool = False
    choices: dict[str, set[str]] = field(default_factory=dict)

    def fits(self, offer: Offer) -> bool:
        """Whether this one variant fits in everything."""
        return (
            (self.low is None or offer.price >= self.low)
            and (self.high is None or offer.price <= self.high)
            and (offer.available or not self.available)
            and all(
                any((option, value) in offer.choices for value in values)
                for option, values in self.choices.items()
            )
        )

    def without(self, option: str) -> Self:
        return replace(self, choices={k: v for k, v in self.choices.items() if k != option})


@dataclass(frozen=True)
class Value:
    """A value to filter by, and how many products it would leave."""

    code: str
    name: str
    count: int
    chosen: bool


class Offers:
    """All offers of some products. One query, whatever their number."""

    def __init__(self, products: QuerySet[Product]) -> None:
        self.names: dict[int, str] = {}
        self.positions: dict[int, tuple[int, int]] = {}
        self.cheapest: dict[int, int] = {}
        self.options: dict[str, tuple[str, dict[str, str]]] = {}  # codes and names, in order
        facts: dict[int, tuple[int, int, int | None]] = {}
        choices: dict[int, set[Choice]] = {}
        for pk, product, price, stock, position, called, *chosen in self._rows(products):
            facts[pk] = (product, price, stock)
            self.names[product] = called
            self.positions[product] = (position, product)
            self.cheapest[product] = min(price, self.cheapest.get(product, price))
            choices.setdefault(pk, set()).update(self._choice(*chosen))
        self.all = [Offer(pk, *known, frozenset(choices[pk])) for pk, known in facts.items()]

    def _rows(self, products: QuerySet[Product]) -> QuerySet[Variant, Any]:
        """A row for each choice of a variant; one without any for those that have none."""
        rows = Variant.objects.filter(active=True, product__in=products.order_by())
        ordered = rows.order_by("values__option__position", "values__position", "values", "pk")
        name = f"name_{suffix()}"
        return ordered.values_list(
            *("pk", "product", "price", "stock", "product__position", f"product__{name}"),
            *("values__option__code", f"values__option__{name}", "values__code", f"values__{name}"),
        )

    def _choice(self, code: str | None, name: str, value: str, value_name: str) -> list[Choice]:
        if code is None:
            return []
        _name, values = self.options.setdefault(code, (name, {}))
        values.setdefault(value, value_name)
        return [(code, value)]

    def stocks(self, products: Collection[int]) -> dict[int, dict[int, int | None]]:
        """Of each of these products how many there are of each variant."""
        found: dict[int, dict[int, int | None]] = {pk: {} for pk in products}
        for offer in self.all:
            if offer.product in found:
                found[offer.product][offer.variant] = offer.stock
        return found

    def fitting(self, wanted: Wanted) -> set[int]:
        """The ids of products of which some variant fits."""
        return {offer.product for offer in self.all if wanted.fits(offer)}

    def leading(self, wanted: Wanted) -> dict[int, int]:
        """By product, the variant that fits; one that can be had before one that cannot."""
        ready = sorted((o for o in self.all if wanted.fits(o)), key=lambda o: not o.available)
        return {offer.product: offer.variant for offer in reversed(ready)}

    def values(self, option: str, wanted: Wanted) -> list[Value]:
        """The option's values, counted under all filters but its own; without idle ones."""
        others = wanted.without(option)
        chosen = wanted.choices.get(option, set())
        fitting = [offer for offer in self.all if others.fits(offer)]
        found = [
            Value(code, name, _products(fitting, (option, code)), code in chosen)
            for code, name in self.options[option][1].items()
        ]
        return [value for value in found if value.count or value.chosen]

    def available(self, wanted: Wanted) -> int:
        """How many products would be left if only what can be had now were shown."""
        return len(self.fitting(replace(wanted, available=True)))


def _products(offers: Iterable[Offer], choice: Choice) -> int:
    return len({offer.product for offer in offers if choice in offer.choices})
