"""What products are to be had for: filtered, ordered and counted by the database.

Nothing is read for each product but for those on the page, so that a list costs the same however
long it is. Counting does not; so what was counted is kept (docs/decisions/0020-cache.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Self

from django.db.models import Count, Exists, F, Min, OrderBy, OuterRef, Q, QuerySet, Subquery
from django.db.models import Value as Constant
from django.db.models.functions import Lower

from cache.flight import once
from cache.versions import SHOP, STOCK
from catalog.cards import Card, cards, in_order
from catalog.models import Product, Variant
from catalog.models.variant import VariantQuerySet
from catalog.translated import suffix

ORDER = ("position", "pk")  # of the variants of a product
READY = Q(stock=None) | Q(stock__gt=0)


@dataclass(frozen=True)
class Wanted:
    """What a shopper filters by. Of one option any value will do; of several, all must fit."""

    low: int | None = None
    high: int | None = None
    available: bool = False
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def variants(self) -> VariantQuerySet:
        """Those that fit in everything; a product fits if one of its variants does."""
        found = Variant.objects.filter(active=True).order_by()
        if self.low is not None:
            found = found.filter(price__gte=self.low)
        if self.high is not None:
            found = found.filter(price__lte=self.high)
        if self.available:
            found = found.filter(READY)
        for option, values in self.choices.items():
            chosen = _chosen(option, values).filter(variant=OuterRef("pk"))
            found = found.filter(Exists(chosen))
        return found

    def without(self, option: str) -> Self:
        return replace(self, choices={k: v for k, v in self.choices.items() if k != option})


@dataclass(frozen=True)
class Value:
    """A value to filter by, and how many products it would leave."""

    code: str
    name: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facts:
    """Of the products that fit: how many they are, and how many have each value."""

    count: int
    available: int
    options: dict[str, tuple[str, dict[str, str]]]  # codes and names, in order
    values: dict[tuple[str, str], int]  # by the codes of option and value


class Offers:
    """All that a list of products is made of; `ranked` are those that a search found, best first.

    `name` says which products they are. Counts are kept for a minute whatever is sold meanwhile;
    which products are on a page, and how many there are of them, is read anew then.
    """

    def __init__(
        self, products: QuerySet[Product], name: str = "", ranked: Sequence[int] | None = None
    ) -> None:
        self.products = products if ranked is None else products.filter(pk__in=ranked)
        self.name, self.ranked = name, ranked
        self.known: dict[str, Facts] = {}

    @property
    def options(self) -> dict[str, tuple[str, dict[str, str]]]:
        return self.facts(Wanted()).options

    def facts(self, wanted: Wanted) -> Facts:
        key = self._key("facts", wanted)
        if key not in self.known:
            self.known[key] = once(key, lambda: self._facts(wanted))
        return self.known[key]

    def cards(self, wanted: Wanted, sort: str, first: int, last: int) -> list[Card]:
        """Those from `first` to before `last`, counted from 0, in order; one query."""
        key = self._key("cards", wanted, sort, first, last)
        return once(key, lambda: self._cards(wanted, sort, first, last), SHOP, STOCK)

    def following(self, wanted: Wanted, sort: str, after: int | None, most: int) -> list[int]:
        """The products that come after one of them, by id; without it, the first ones.

        A product that has meanwhile left the list still has its place among the others; but among
        those that a search has ranked, none that it does not find any more: raises ValueError.
        """
        if self._by_rank(sort):
            ranked = list(self.ranked or ())
            behind = ranked if after is None else ranked[ranked.index(after) + 1 :]
            there = set(self._best(wanted))
            return [pk for pk in behind if pk in there][:most]
        key = self._key("following", wanted, sort, after, most)
        return once(key, lambda: self._following(wanted, sort, after, most), SHOP, STOCK)

    def values(self, option: str, wanted: Wanted) -> list[Value]:
        """The option's values, counted under all filters but its own; without idle ones."""
        chosen = wanted.choices.get(option, ())
        counts = self.facts(wanted.without(option)).values
        found = [
            Value(code, name, counts.get((option, code), 0), code in chosen)
            for code, name in self.options[option][1].items()
        ]
        return [value for value in found if value.count or value.chosen]

    def _facts(self, wanted: Wanted) -> Facts:
        """One query: a row for each value, one for all products and one for those to be had."""
        fitting = wanted.variants().filter(product__in=self.products.order_by())
        rows = _by_value(fitting).union(
            *(_all("all", fitting), _all("ready", fitting.filter(READY))), all=True
        )
        totals: dict[str, int] = {}
        options: dict[str, tuple[str, dict[str, str]]] = {}
        values: dict[tuple[str, str], int] = {}
        for *_places, option, name, value, value_name, count in sorted(rows):
            if not value:
                totals[option] = count
            else:
                options.setdefault(option, (name, {}))[1][value] = value_name
                values[option, value] = count
        return Facts(totals.get("all", 0), totals.get("ready", 0), options, values)

    def _cards(self, wanted: Wanted, sort: str, first: int, last: int) -> list[Card]:
        """Who asks for celadon sees the celadon cup."""
        found = (wanted if wanted.choices else Wanted()).variants()
        leading = bool(wanted.choices)
        if self._by_rank(sort):
            ids = self._best(wanted)[first:last]
            return in_order(cards(found.filter(product__in=ids), leading=leading), ids)
        page = self._fitting(wanted).order_by(*_order(sort)).values("pk")[first:last]
        of_page = found.filter(product__in=page).order_by(*_order(sort, "product__"), *ORDER)
        return cards(of_page, leading=leading)

    def _following(self, wanted: Wanted, sort: str, after: int | None, most: int) -> list[int]:
        found = self._fitting(wanted).order_by(*_order(sort))
        if after is not None:
            found = _behind(found, after, _order(sort))
        return list(found.values_list("pk", flat=True)[:most])

    def _by_rank(self, sort: str) -> bool:
        return self.ranked is not None and sort not in _orders()

    def _best(self, wanted: Wanted) -> list[int]:
        """Of what a search found, what fits."""
        ranked = list(self.ranked or ())
        if wanted == Wanted():
            return ranked
        there = set(self._fitting(wanted).order_by().values_list("pk", flat=True))
        return [pk for pk in ranked if pk in there]

    def _fitting(self, wanted: Wanted) -> QuerySet[Product]:
        if wanted == Wanted():
            return self.products
        return self.products.filter(Exists(wanted.variants().filter(product=OuterRef("pk"))))

    def _key(self, *about: Any) -> str:
        """Of filters that somebody has typed, so it is made short."""
        asked = sha256(repr((self.name, *about)).encode()).hexdigest()[:32]
        return f"offers:{suffix()}:{asked}"


def _order(sort: str, of: str = "") -> tuple[OrderBy, ...]:
    """How to order products; `of` leads to them from what is ordered."""
    orders = _orders(of)
    return orders.get(sort, orders["position"])


def _orders(of: str = "") -> dict[str, tuple[OrderBy, ...]]:
    product, position = F(f"{of}pk"), F(f"{of}position").asc()
    prices = Variant.objects.filter(product=OuterRef(f"{of}pk"), active=True).order_by("price")
    lowest = Subquery(prices.values("price")[:1])
    return {
        "position": (position, product.asc()),
        "price-up": (lowest.asc(), position, product.asc()),
        "price-down": (lowest.desc(), position, product.asc()),
        "newest": (product.desc(),),
        "name": (Lower(f"{of}name_{suffix()}").asc(), product.asc()),
    }


def _behind(products: QuerySet[Product], pk: int, order: Sequence[OrderBy]) -> QuerySet[Product]:
    """Those that this order puts after the product, which itself need not be among them."""
    keys = {f"key_{n}": each.expression for n, each in enumerate(order)}
    place = Product.objects.filter(pk=pk).annotate(**keys).values_list(*keys).first() or ()
    behind, same = Q(pk__in=()), Q()
    for (name, value), each in zip(zip(keys, place, strict=False), order, strict=False):
        behind |= same & Q(**{f"{name}__{'lt' if each.descending else 'gt'}": value})
        same &= Q(**{name: value})
    return products.annotate(**keys).filter(behind)


def _chosen(option: str, values: Sequence[str]) -> QuerySet[Any]:
    links = Variant.values.through.objects
    return links.filter(optionvalue__option__code=option, optionvalue__code__in=values)


def _by_value(variants: QuerySet[Variant]) -> QuerySet[Any, Any]:
    """(place, place, place, option, name, value, name, products) of each value they have."""
    links = Variant.values.through.objects.filter(variant__in=variants)
    codes = links.values(option=F("optionvalue__option__code"), value=F("optionvalue__code"))
    name = f"name_{suffix()}"
    counted = codes.annotate(
        option_place=Min("optionvalue__option__position"),
        value_place=Min("optionvalue__position"),
        first=Min("optionvalue"),
        option_name=Min(f"optionvalue__option__{name}"),
        value_name=Min(f"optionvalue__{name}"),
        products=Count("variant__product", distinct=True),
    )
    return counted.values_list(
        *("option_place", "value_place", "first", "option", "option_name", "value", "value_name"),
        "products",
    )


def _all(name: str, variants: QuerySet[Variant]) -> QuerySet[Any, Any]:
    """A row like those of `_by_value`, of all of them; its value is empty."""
    words = {"option": name, "option_name": "", "value": "", "value_name": ""}
    row = {"option_place": 0, "value_place": 0, "first": 0} | words
    constants = {f"the_{key}": Constant(value) for key, value in row.items()}
    order = ("option_place", "value_place", "first", "option", "option_name", "value", "value_name")
    named = variants.annotate(**constants).values(*(f"the_{key}" for key in order))
    counted = named.annotate(products=Count("product", distinct=True))
    return counted.values_list(*(f"the_{key}" for key in order), "products")
