from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from money.currency import exponent, major, price

DECIMALS = {"JPY": 0, "TWD": 2, "GBP": 2, "EUR": 2, "KWD": 3}


@pytest.mark.parametrize(("currency", "decimals"), DECIMALS.items())
def test_each_currency_has_its_own_decimals(currency, decimals):
    assert exponent(currency) == decimals


@given(st.integers(0, 10**15), st.sampled_from(sorted(DECIMALS)))
def test_the_major_amount_is_exact(amount, currency):
    result = major(amount, currency)
    assert isinstance(result, Decimal)
    assert result * 10 ** DECIMALS[currency] == amount


@pytest.mark.parametrize(
    ("amount", "currency", "language", "words"),
    [
        (2400, "GBP", "en", "£24.00"),
        (2405, "GBP", "en", "£24.05"),
        (0, "GBP", "en", "£0.00"),
        (123456789, "GBP", "en", "£1,234,567.89"),
        (2400, "JPY", "en", "JP¥2,400"),
        (2400, "KWD", "en", "KWD2.400"),
        (2400, "GBP", "zh-hant", "£24.00"),
        (2400, "JPY", "zh-hant", "¥2,400"),
        (2400, "KWD", "zh-hant", "KWD2.400"),
        (240000, "TWD", "zh-hant", "$2,400.00"),
    ],
)
def test_a_price_is_written_as_its_reader_writes_it(amount, currency, language, words):
    assert price(amount, currency, language) == words


@given(
    st.integers(0, 10**12), st.sampled_from(sorted(DECIMALS)), st.sampled_from(["en", "zh-hant"])
)
def test_a_price_loses_no_digit(amount, currency, language):
    digits = "".join(c for c in price(amount, currency, language) if c.isdigit())
    assert int(digits) == amount
