from uuid import uuid4

import pytest

from orders.models import Attempt
from payments import PROVIDERS
from payments.provider import Money


@pytest.fixture
def attempt():
    return Attempt(pk=7, amount=2895, currency="GBP", request_id=uuid4())


@pytest.mark.parametrize("code", sorted(PROVIDERS))
def test_a_provider_is_found_by_its_code_and_says_how_long_it_holds(code):
    assert PROVIDERS[code].code == code
    assert PROVIDERS[code].hold.total_seconds() > 0


def test_a_transfer_is_what_the_attempt_says(attempt):
    seen = PROVIDERS["offline"].read(attempt)
    assert (seen.amount, seen.currency, seen.custom_id) == (2895, "GBP", "7")


def test_capturing_twice_is_the_same_capture(attempt):
    offline = PROVIDERS["offline"]
    assert offline.capture(attempt) == offline.capture(attempt)
    assert offline.capture(attempt).amount == 2895
    assert offline.capture(attempt).money is Money.MOVED
