from typing import Any

from django.conf import settings
from django.utils import translation

SUFFIXES = {"en": "en", "zh-hant": "zh"}


class Translated:
    """Reads the column of the reader's language: `name` is `name_en` or `name_zh`.

    With `other=True` it reads the shop's other language, as on product cards.
    """

    def __init__(self, field: str, *, other: bool = False) -> None:
        self.field, self.other = field, other

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        language = other_language() if self.other else translation.get_language()
        return in_language(row, self.field, language)


def suffix() -> str:
    """What the columns of the reader's language end with."""
    return SUFFIXES[translation.get_language() or settings.LANGUAGE_CODE]


def in_language(row: Any, field: str, language: str | None) -> Any:
    return getattr(row, f"{field}_{SUFFIXES[language or settings.LANGUAGE_CODE]}")


def titled(name: str, choices: str, language: str | None = None) -> str:
    """Name and choices: "Tea cup (Celadon)"; Chinese has brackets of its own width."""
    if not choices:
        return name
    chinese = (language or translation.get_language()) == "zh-hant"
    return f"{name}（{choices}）" if chinese else f"{name} ({choices})"


def joined(words: list[str]) -> str:
    """A list of words: "paid, partly sent"; Chinese has a comma of its own for it."""
    return ("、" if translation.get_language() == "zh-hant" else ", ").join(words)


def other_language() -> str:
    return "en" if translation.get_language() == "zh-hant" else "zh-hant"
