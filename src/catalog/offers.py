"""What products are to be had for, read lightly: enough to filter, sort and count them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

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
    available: bool
    choices: frozenset[Choice]


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
    """All offers of some products. Two queries, whatever their number."""

    def __init__(self, products: QuerySet[Product]) -> None:
        rows = Variant.objects.filter(active=True, product__in=products.order_by())
        name = f"product__name_{suffix()}"
        found = list(rows.values_list("pk", "product", "price", "stock", "product__position", name))
        choices = self._choices([row[0] for row in found])
        self.all: list[Offer] = []
        self.names: dict[int, str] = {}
        self.positions: dict[int, tuple[int, int]] = {}
        self.cheapest: dict[int, int] = {}
        for pk, product, price, stock, position, called in found:
            self.all.append(Offer(pk, product, price, stock != 0, frozenset(choices.get(pk, ()))))
            self.names[product] = called
            self.positions[product] = (position, product)
            self.cheapest[product] = min(price, self.cheapest.get(product, price))

    def _choices(self, variants: list[int]) -> dict[int, set[Choice]]:
        """The choices by variant; fills `options`: their codes and names, in order."""
        value, option = "optionvalue", "optionvalue__option"
        chosen = Variant.values.through.objects.filter(variant__in=variants)
        found = chosen.order_by(f"{option}__position", f"{value}__position", value).values_list(
            *("variant", f"{option}__code", f"{option}__name_{suffix()}"),
            *(f"{value}__code", f"{value}__name_{suffix()}"),
        )
        self.options: dict[str, tuple[str, dict[str, str]]] = {}
        choices: dict[int, set[Choice]] = {}
        for variant, code, name, value_code, value_name in found:
            choices.setdefault(variant, set()).add((code, value_code))
            self.options.setdefault(code, (name, {}))[1].setdefault(value_code, value_name)
        return choices

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
