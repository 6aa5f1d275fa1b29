"""Who buys on the stage, and how it is waited for until everything is quiet."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from books import Books
from browser import address
from django.db.models import QuerySet
from load import Load, Seen
from mix import Goods
from stage import Stage
from table import Figures

import factories
from catalog.models import Category, Product, Variant
from orders.models import Attempt, DeliveryMethod, WebhookEvent
from outbox.models import Message
from paying import Purchase, arrived
from shopping import Shopper

PLENTY = 1_000_000


def open_shop(stage: Stage) -> None:
    """Plenty of everything, and what there is of it is noted."""
    Variant.objects.filter(stock__isnull=False).update(stock=PLENTY)
    stage.should_be |= dict(Variant.objects.values_list("pk", "stock"))
    stage.goods = Goods(
        categories=list(Category.objects.values_list("slug", flat=True)),
        products=list(Product.objects.values_list("slug", flat=True)),
        variants=list(Variant.objects.filter(active=True).values_list("pk", flat=True)),
        method=method().code,
        details=dict(factories.details()),
        paypal=stage.paypal.url,
    )


def method() -> DeliveryMethod:
    return next(each for each in DeliveryMethod.objects.all() if "GB" in each.countries)


def variant(stage: Stage, stock: int) -> Any:
    made = factories.variant(stock=stock, price=2000)
    stage.should_be[made.pk] = stock
    return made


def shopper(stage: Stage, **more: Any) -> Shopper:
    """One with a browser and an address of their own, who comes by Nginx."""
    transport = httpx.HTTPTransport(verify=False, local_address=address())
    return Shopper.over_http(stage.shop.url, transport=transport, **more)


def at_paypal(stage: Stage, *variants: Any, email: str) -> Purchase:
    """Bought up to PayPal's page."""
    buyer = shopper(stage)
    answer = buyer.buy_with_paypal(*variants, method=method(), email=email)
    return arrived(buyer, stage.paypal, answer)


def load(stage: Stage) -> Load:
    return Load(stage.shop.url, stage.certificate, stage.goods)


@contextmanager
def visited(stage: Stage, rate: float) -> Iterator[Seen]:
    with load(stage).beside(rate) as seen:
        yield seen


def quiet(stage: Stage, seconds: float = 180) -> float:
    """Wait until all is done that has been begun; how long that took, in seconds."""
    began = time.monotonic()
    while waiting := [str(each.first()) for each in begun() if each.exists()]:
        stage.keep_running()
        if time.monotonic() - began > seconds:
            raise AssertionError(f"after {seconds:.0f} s there still waits {waiting}")
        time.sleep(0.05)
    return time.monotonic() - began


def begun() -> list[QuerySet[Any]]:
    """Mails, notices and payments that are not done with."""
    return [
        Message.objects.filter(sent_at=None),
        WebhookEvent.objects.filter(handled_at=None),
        Attempt.objects.filter(state__in=["capturing", "pending"]),
    ]


def invariants(stage: Stage, seconds: float = 180) -> Figures:
    """Once everything is quiet."""
    quiet(stage, seconds)
    books = Books(stage.paypal, stage.should_be, stage.snapshots)
    broken = books.broken(stage.mails())
    yield "; ".join(broken) or "the invariants hold", not broken


def in_flight(seen: Seen, moments: list[float]) -> tuple[int, int]:
    """How many failed: of the requests that were under way at one of the moments, and of others."""

    def under_way(each: Any) -> bool:
        return any(each.began <= moment + 0.1 and each.ended >= moment for moment in moments)

    failed = seen.failed
    inside = sum(map(under_way, failed))
    return inside, len(failed) - inside


def pieces(who: Shopper) -> int:
    """In the cart, as its page shows them."""
    page = who.get("/cart/").text
    return int(page.partition('class="count">')[2].partition("<")[0] or 0)
