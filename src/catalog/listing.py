"""A list of products as a query string asks for it: filtered, sorted, counted and in pages."""

import re
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, gettext

from catalog.cards import Card
from catalog.forms import BrowseForm
from catalog.offers import Facts, Offers, Value, Wanted
from money.currency import price

PAGE = 12  # products
MOST_PAGES = 8  # at once, by "Load more"
AROUND = 2  # pages before and after, that a list has links to
PAGES = re.compile(r"(?:([1-9]\d{0,5})-)?([1-9]\d{0,5})", re.ASCII)


class NoSuchPage(Exception):
    """The query string asks for a page that the list does not have."""


@dataclass(frozen=True)
class Facet:
    code: str
    name: str
    values: list[Value]


@dataclass(frozen=True)
class Link:
    """A link within the list: to a page, or to the list without a filter."""

    name: str
    address: str
    code: str = ""
    current: bool = False


class Listing:
    def __init__(
        self,
        offers: Offers,
        path: str,
        query: MultiValueDict[str, str],
    ) -> None:
        """Raises NoSuchPage."""
        self.path, self.query = path, query
        self.offers = offers
        self.form = BrowseForm(query, searched=offers.ranked is not None)
        self.form.full_clean()
        self.wanted = self._wanted()
        self.first, self.last = self._pages()

    def _wanted(self) -> Wanted:
        typed = self.form.cleaned_data
        chosen = {
            code: tuple(sorted(set(self.query.getlist(code)) & names.keys()))
            for code, (_name, names) in self.offers.options.items()
        }
        return Wanted(
            typed.get("min"),
            typed.get("max"),
            typed.get("available", False),
            {code: values for code, values in chosen.items() if values},
        )

    def _pages(self) -> tuple[int, int]:
        asked = PAGES.fullmatch(self.query.get("page") or "1")
        if not asked:
            raise NoSuchPage
        first, last = int(asked[1] or asked[2]), int(asked[2])
        if not (first <= last < first + MOST_PAGES and last <= self.page_count):
            raise NoSuchPage
        return first, last

    @cached_property
    def facts(self) -> Facts:
        return self.offers.facts(self.wanted)

    @property
    def count(self) -> int:
        return self.facts.count

    @cached_property
    def cards(self) -> list[Card]:
        """Those on the pages asked for, in order."""
        start, end = (self.first - 1) * PAGE, self.last * PAGE
        return self.offers.cards(self.wanted, self._sort, start, end)

    def following(self, after: int | None, most: int) -> list[int]:
        """The products that come after one of them, by id. Raises ValueError: see Offers."""
        return self.offers.following(self.wanted, self._sort, after, most)

    @property
    def _sort(self) -> str:
        return self.form.cleaned_data.get("sort", "")

    @property
    def newly_loaded(self) -> int | None:
        """The product where the last of several pages begins: the reader goes on from there."""
        before = (self.last - self.first) * PAGE
        begun = self.cards[before : before + 1] if before else []
        return begun[0].product if begun else None

    @property
    def shown(self) -> int:
        """How far the list has been read: the number of the last product here."""
        return min(self.last * PAGE, self.count)

    # Pages

    @property
    def page_count(self) -> int:
        return max(1, ceil(self.count / PAGE))

    @property
    def pages(self) -> list[Link]:
        """The first, the last and those around here; what is left out between is a link nowhere."""
        around = range(max(1, self.first - AROUND), min(self.page_count, self.last + AROUND) + 1)
        found: list[Link] = []
        before = 0
        for n in sorted({1, *around, self.page_count}):
            if n > before + 1:
                found.append(Link("…", ""))
            current = self.first <= n <= self.last
            found.append(Link(str(n), self._address(page=n if n > 1 else None), current=current))
            before = n
        return found

    @property
    def more(self) -> str:
        """The address of this list and one more page of it; empty at the end."""
        if self.last == self.page_count:
            return ""
        first = self.first if self.last - self.first < MOST_PAGES - 1 else self.last + 1
        pages = f"{first}-{self.last + 1}" if first <= self.last else first
        return self._address(page=pages)

    # Filters

    @cached_property
    def facets(self) -> list[Facet]:
        """The options with something to choose between."""
        found = [
            Facet(code, name, self.offers.values(code, self.wanted))
            for code, (name, _values) in self.offers.options.items()
        ]
        return [f for f in found if len(f.values) > 1 or any(v.chosen for v in f.values)]

    @property
    def available(self) -> int:
        return self.facts.available

    @cached_property
    def active(self) -> list[Link]:
        """Each filter in use, with the address of the list without it."""
        found = [
            Link(names[value], self._address(without=(code, value)), f"{code}-{value}")
            for code, (_name, names) in self.offers.options.items()
            for value in names
            if value in self.wanted.choices.get(code, ())
        ]
        if self.wanted.low is not None:
            name = gettext("From %(price)s") % {"price": _price(self.wanted.low)}
            found.append(Link(name, self._address(min=None), "min"))
        if self.wanted.high is not None:
            name = gettext("To %(price)s") % {"price": _price(self.wanted.high)}
            found.append(Link(name, self._address(max=None), "max"))
        if self.wanted.available:
            found.append(
                Link(gettext("Can be had now"), self._address(available=None), "available")
            )
        return found

    @property
    def chosen(self) -> str:
        """Filters and order as the address has them, right or wrong."""
        return urlencode([pair for pair in self._pairs() if pair[0] != "page"])

    @property
    def cleared(self) -> str:
        """The address of the list without any filter."""
        kept = [(key, value) for key, value in self._pairs() if key in {"q", "sort"}]
        return self._to(kept)

    @property
    def status(self) -> int:
        return 422 if self.form.errors else 200

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(field's id, words) for each thing that was typed wrongly."""
        return [
            (self.form[name].id_for_label, str(words))
            for name, errors in self.form.errors.items()
            for words in errors
        ]

    # Addresses

    def _address(self, without: tuple[str, str] | None = None, **changes: Any) -> str:
        """This list with some of its query changed; a filter that changes begins at page 1."""
        gone = changes.keys() | {"page"}
        kept = [pair for pair in self._pairs() if pair[0] not in gone and pair != without]
        return self._to(kept + [(k, str(v)) for k, v in changes.items() if v is not None])

    def _pairs(self) -> list[tuple[str, str]]:
        """What of the query this list understands; empty fields of the form left out."""
        known = {"q", "page", *self.form.fields, *self.offers.options}
        return [
            (key, value)
            for key, values in self.query.lists()
            for value in values
            if key in known and value
        ]

    def _to(self, pairs: list[tuple[str, str]]) -> str:
        if "q" in self.query and "sort" not in dict(pairs):
            pairs = [*pairs, ("sort", "best")]  # a bare `q` asks for suggestions
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path


def _price(amount: int) -> str:
    return price(amount, settings.SHOP_CURRENCY, get_language() or settings.LANGUAGE_CODE)
