"""Products looked at: `[[product id, views], …]` in the session, newest first."""

from collections.abc import Collection
from typing import Any

from catalog.cards import Card, cards, in_order
from catalog.models import Variant

KEY = "viewed"
REMEMBERED = 30  # products; what was looked at longest ago is forgotten
SHOWN = 4


class Viewed:
    def __init__(self, session: Any) -> None:
        """An empty mapping stands for no session yet."""
        self.session = session

    @property
    def counts(self) -> list[list[int]]:
        return self.session.get(KEY) or []

    def record(self, *product_ids: int) -> None:
        """Count a view of each, in this order."""
        counts = self.counts
        for product_id in product_ids:
            before = sum(views for known, views in counts if known == product_id)
            others = [entry for entry in counts if entry[0] != product_id]
            counts = [[product_id, before + 1], *others][:REMEMBERED]
        self.session[KEY] = counts

    def clear(self) -> None:
        self.session.pop(KEY, None)

    def most(self, exclude: Collection[int] = ()) -> list[Card]:
        """The most viewed products, then the most recently viewed."""
        ranked = sorted(self.counts, key=lambda entry: -entry[1])
        wanted = [product_id for product_id, _views in ranked if product_id not in exclude]
        there = Variant.objects.buyable().filter(product__in=wanted)  # asks nothing for nobody
        return in_order(cards(there), wanted)[:SHOWN]
