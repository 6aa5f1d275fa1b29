"""Amounts are integers of a currency's minor unit: 2400 GBP is £24.00, 2400 JPY is ¥2,400."""

import re
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision, get_currency_symbol

LOCALES = {"en": "en_GB", "zh-hant": "zh_Hant_TW"}


def exponent(currency: str) -> int:
    """How many decimals the currency has (ISO 4217, as in CLDR): GBP 2, JPY 0, KWD 3."""
    return get_currency_precision(currency)


def major(amount: int, currency: str) -> Decimal:
    """2450, GBP → Decimal("24.50"), exactly."""
    return Decimal(amount).scaleb(-exponent(currency))


def price(amount: int, currency: str, language: str) -> str:
    """The amount as a reader of `language` expects it: "£24.50"."""
    return format_currency(major(amount, currency), currency, locale=LOCALES[language])


def parse(text: str, currency: str) -> int:
    """The minor units that a person means by "24", "24.5", "£24.50" or "1,200".

    Raises ValueError for what is no amount, is negative or has more decimals than the currency.
    """
    bare = text.strip().removeprefix(get_currency_symbol(currency, "en")).strip()
    plain = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", bare)
    if not re.fullmatch(r"\d{1,9}(\.\d{1,3})?", plain, re.ASCII):
        raise ValueError(text)
    amount = Decimal(plain).scaleb(exponent(currency))
    if amount != int(amount):
        raise ValueError(text)
    return int(amount)
