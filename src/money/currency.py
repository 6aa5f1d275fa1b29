"""Amounts are integers of a currency's minor unit: 2400 GBP is £24.00, 2400 JPY is ¥2,400."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision

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
