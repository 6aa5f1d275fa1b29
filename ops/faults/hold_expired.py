"""A hold ends, somebody else buys the piece, and then the first shopper pays."""

import time

from shoppers import at_paypal, invariants, method, shopper, variant
from stage import Stage
from table import Figures, row

from placing import lapse
from workers import wait_for

WORDS = "is sold out since your hold ended. You were not charged."


@row(
    "hold expired, stock sold to another, then the first shopper returns",
    "not captured, and told so",
)
def resold(stage: Stage) -> Figures:
    last = variant(stage, 1)
    first = at_paypal(stage, last, email="first@example.com")
    lapse(first.order)
    began = time.monotonic()
    wait_for(lambda: first.state[0] == "expired", 120)
    yield f"expired {time.monotonic() - began:.0f} s after its hold", True
    other = shopper(stage).buy(last, method=method(), email="second@example.com")
    yield f"sold to another: {other.status_code}", other.status_code == 303
    told = WORDS in first.come_back().text
    yield "told “sold out … not charged”" if told else "told nothing", told
    yield f"taken {first.taken}, {first.state}", not first.taken and first.state[0] == "expired"
    yield from invariants(stage)
