"""Every page that a search engine may keep."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from catalog.models import Category, Product
from content.models import Page
from web.head import TAGS, alternates


@dataclass(frozen=True)
class Entry:
    """A page in one language, with its address in all; `updated` where it is known."""

    address: str
    alternates: dict[str, str]
    updated: datetime | None = None


def entries(letters: Iterable[Any] = ()) -> Iterator[Entry]:
    """In a number of queries that does not grow with the shop. `letters` are campaigns."""
    for path, updated in _paths(letters):
        found = alternates(path)
        for tag in TAGS.values():
            yield Entry(found[tag], found, updated)


def _paths(letters: Iterable[Any]) -> Iterator[tuple[str, datetime | None]]:
    with translation.override(settings.LANGUAGE_CODE):
        for name in ("content:home", "contact:write", "campaigns:archive"):
            yield reverse(name), None
        for category in Category.objects.only("slug"):
            yield category.get_absolute_url(), None
        for product in Product.objects.shown().only("slug"):
            yield product.get_absolute_url(), None
        for page in Page.objects.only("slug", "updated"):
            yield page.get_absolute_url(), page.updated
        for letter in letters:
            yield letter.get_absolute_url(), letter.ended_at
