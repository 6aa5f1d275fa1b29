"""Money as PayPal writes it, and as whole minor units."""

import re

NO_DECIMALS = {"HUF", "JPY", "TWD"}
# PayPal takes none of these today, yet describes amounts in thousandths; shops test with them.
THREE_DECIMALS = {"BHD", "JOD", "KWD", "OMR", "TND"}
TWO_DECIMALS = {
    *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "ILS", "MXN", "MYR"),
    *("NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "USD"),
}
CURRENCIES = NO_DECIMALS | TWO_DECIMALS | THREE_DECIMALS

VALUE = re.compile(r"-?(\d+|\d*\.\d+)")

Money = dict[str, str]


def exponent(currency: str) -> int:
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


def minor(money: Money) -> int:
    """`{"currency_code": "USD", "value": "1.5"}` is 150."""
    whole, _, fraction = money["value"].removeprefix("-").partition(".")
    units = int((whole or "0") + fraction.ljust(exponent(money["currency_code"]), "0"))
    return -units if money["value"].startswith("-") else units


def money(currency: str, units: int) -> Money:
    places = exponent(currency)
    digits = str(abs(units)).rjust(places + 1, "0")
    value = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return {"currency_code": currency, "value": f"-{value}" if units < 0 else value}


def fee(currency: str, units: int) -> int:
    """3.49 % and a fixed part, never more than the whole."""
    fixed = 49 * 10 ** exponent(currency) // 100
    return min(units, (units * 349 + 5_000) // 10_000 + fixed)


def written(money: Money) -> str:
    """For people: `USD 1,234.50`."""
    whole, dot, fraction = money["value"].partition(".")
    return f"{money['currency_code']} {int(whole):,}{dot}{fraction}"
