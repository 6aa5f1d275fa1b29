"""PostgreSQL is stopped while people buy, and started again."""

import time
from functools import partial
from typing import Any

import httpx
from django.db import connections
from shoppers import invariants, method, shopper, variant
from stage import Stage
from table import Figures, row

from orders.models import Order
from paying import insist
from races import at_once, later
from shopping import Shopper
from workers import wait_for

BUYERS, PAGES = 12, 100


def buyers(stage: Stage, cup: Any, name: str, number: int = BUYERS) -> list[Any]:
    """As many "Place order" buttons, to be pressed."""
    found = []
    for n in range(number):
        who = shopper(stage)
        who.prepare(cup, method=method(), email=f"{name}-{n}@example.com")
        found.append(partial(who.place, **who.agree()))
    return found


def pressed_while(places: list[Any], apart: float) -> Any:
    """Press all, one after the other, beside what is done by the caller: gives the answers."""
    calls = [partial(later, apart * n, _status, place) for n, place in enumerate(places)]
    return at_once(calls)


def _status(call: Any) -> int:
    try:
        return call().status_code
    except httpx.HTTPError:
        return 0


def ready(who: Shopper) -> bool:
    return _status(partial(who.get, "/readyz")) == 200


@row(
    "PostgreSQL stopped, restarted",
    "down: a plain 503 with Retry-After; up: no errors after the first health check; no half order",
)
def stopped(stage: Stage) -> Figures:
    cup, who = variant(stage, 100), shopper(stage)
    paths = ("/", "/c/tea/", f"/p/{cup.product.slug}/", "/cart/", "/zh-hant/search/?q=cup")
    who.get("/")  # Nginx keeps it
    places = buyers(stage, cup, "restart")
    statuses = _stop_while(stage, places)
    yield f"of {BUYERS} orders under way {statuses.count(303)} placed", set(statuses) <= {303, 503}
    answer = places[0]()  # an empty cart would be put together of kept pieces
    plain = answer.status_code == 503 and int(answer.headers.get("Retry-After", 0)) > 0
    yield (
        f"to order is {answer.status_code}, Retry-After {answer.headers.get('Retry-After')}",
        plain,
    )
    shared = who.get("/").status_code
    yield f"home {shared} out of Nginx", shared == 200
    stage.database.start()
    began = time.monotonic()
    wait_for(partial(ready, who), 60)
    yield f"ready {time.monotonic() - began:.1f} s after its start", True
    errors = [s for n in range(PAGES) if (s := who.get(paths[n % 5]).status_code) != 200]
    yield f"{len(errors)} errors in {PAGES} pages", not errors
    again = {insist(place).status_code for place in places}
    orders = Order.objects.filter(email__startswith="restart-").count()
    yield f"{orders} orders of {BUYERS} buyers", again == {303} and orders == BUYERS
    # A mail that was on its way just then is sent again when its claim lapses, after 5 minutes.
    yield from invariants(stage, 400)


def _stop_while(stage: Stage, places: list[Any]) -> list[int]:
    from threading import Thread

    found: list[int] = []
    connections.close_all()
    buying = Thread(target=lambda: found.extend(pressed_while(places, 0.03)))
    buying.start()
    time.sleep(0.15)
    stage.database.stop()
    buying.join()
    return found
