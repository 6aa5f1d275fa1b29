"""Orders that are paid with PayPal over real HTTP, and the two books that must agree."""

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

import httpx
import psycopg
from django.db.models import F, Sum
from django.db.models.functions import Now

from catalog.models import Variant
from orders.models import Attempt, Capture, Order, OrderLine, Refund
from outbox.models import Message
from paypal_client import PayPal
from shopping import Shopper, leads_to
from workers import wait_for

MOVED = {"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"}


@dataclass
class Purchase:
    """An order that waits at PayPal's page; `number` is PayPal's of the payment."""

    shopper: Shopper
    paypal: PayPal
    order: Order
    number: str

    def approve(self, choice: str = "approve") -> str:
        """Press PayPal's button; gives the address to which the browser is led."""
        return self.paypal.choose(self.number, choice)

    def come_back(self, choice: str = "approve") -> httpx.Response:
        """Approve and follow to the order's page, with a browser that knows no session."""
        return visit(self.approve(choice))

    def pay(self, provider: str) -> httpx.Response:
        return self.shopper.client.post(self.order.pay_url, data={"provider": provider})

    def cancel(self) -> httpx.Response:
        return self.shopper.client.post(self.order.cancel_url)

    @property
    def state(self) -> tuple[str, list[str]]:
        self.order.refresh_from_db()
        return self.order.state, [attempt.state for attempt in self.order.attempts.all()]

    @property
    def taken(self) -> list[int]:
        """What PayPal has taken for the order, in minor units."""
        captures = self.paypal.ledger()["captures"]
        return [c["minor"] for c in captures if _of(c, self.order) and c["status"] in MOVED]

    def at_paypal(self) -> list[str]:
        """PayPal's numbers of all payments that it was asked for."""
        return [o["id"] for o in self.paypal.ledger()["orders"] if _of(o, self.order)]


def begin(url: str, paypal: PayPal, *variants: Any, method: Any, **details: str) -> Purchase:
    """Buy up to PayPal's page."""
    shopper = Shopper.over_http(url)
    answer = shopper.buy_with_paypal(*variants, method=method, **details)
    return arrived(shopper, paypal, answer)


def arrived(shopper: Shopper, paypal: PayPal, answer: httpx.Response) -> Purchase:
    """After the answer to "Pay with PayPal"."""
    number = token_of(answer)
    attempt = Attempt.objects.select_related("order").get(provider_order_id=number)
    return Purchase(shopper, paypal, attempt.order, number)


def token_of(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    [token] = re.findall(r"/checkoutnow\?token=(\w+)$", leads_to(answer))
    return token


def visit(address: str, *, follow: bool = True, timeout: float = 60) -> httpx.Response:
    return httpx.get(
        address, follow_redirects=follow, timeout=timeout, trust_env=False, verify=False
    )


def time_passes() -> None:
    """Let whatever waits to be asked about again be due, by the database's clock."""
    Attempt.objects.filter(ask_at__isnull=False).update(ask_at=Now())
    Refund.objects.filter(ask_at__isnull=False).update(ask_at=Now())


def assert_books_agree(paypal: PayPal, stocks: dict[Any, int] | None = None) -> None:
    """The shop's books and PayPal's ledger say the same of every order, to the minor unit.

    And what follows from it: paid is captured in full, who has ended holds nothing, each mail
    is written once, and no piece is lost (`stocks`: how many there were of a variant).
    """
    ledger = paypal.ledger()
    for order in Order.objects.all():
        _agree(order, ledger)
    for each, stock in (stocks or {}).items():
        held = OrderLine.objects.filter(variant=each).aggregate(n=Sum("held", default=0))["n"]
        assert Variant.objects.get(pk=each.pk).stock + held == stock
    assert set(mails("paid")) == {o.email for o in Order.objects.filter(state="paid")}
    assert max(Counter(Message.objects.values_list("kind", "about")).values(), default=1) == 1


def _agree(order: Order, ledger: dict[str, Any]) -> None:
    captures = Capture.objects.filter(attempt__order=order)
    ours = dict(captures.values_list("capture_id", "amount"))
    theirs = [c for c in ledger["captures"] if _of(c, order) and c["status"] in MOVED]
    assert ours == {c["id"]: c["minor"] for c in theirs}
    assert {c["currency"] for c in theirs} <= {order.currency}
    done = Refund.objects.filter(capture__attempt__order=order, state="done")
    refunds = [r for r in ledger["refunds"] if _of(r, order)]
    assert dict(done.values_list("provider_refund_id", "amount")) == {
        r["id"]: r["minor"] for r in refunds
    }
    kept = sum(captures.filter(surplus=False).values_list("amount", flat=True))
    assert kept == (order.total if order.state == "paid" else 0)
    held = {line.held == line.quantity for line in order.lines.all()}
    assert held == {order.state in {"awaiting", "paid"}}


def _of(row: dict[str, Any], order: Order) -> bool:
    return row["invoice_id"] == order.number


def mails(kind: str) -> list[str]:
    """To whom mails of a kind were written."""
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("to", flat=True))


def unsent() -> int:
    return Message.objects.filter(sent_at=None).count()


def sell_out(variant: Any) -> None:
    """All that is left of it goes to others, by other ways than this shop's."""
    Variant.objects.filter(pk=variant.pk).update(stock=F("stock") - F("stock"))


def ask(call: Callable[[], Any]) -> Any:
    """The answer, or none if the server died of it."""
    try:
        return call()
    except httpx.HTTPError:
        return None


def insist(call: Callable[[], Any]) -> Any:
    """Press the button again until somebody answers."""
    return wait_for(lambda: (answer := ask(call)) and answer.status_code < 500 and answer)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.monotonic()
    return call(), time.monotonic() - begun


def longest_idle(database_url: str, until: Event) -> float:
    """For how long, in seconds, any connection was idle within a transaction."""
    longest = 0.0
    with psycopg.connect(database_url, autocommit=True) as watch:
        while not until.wait(0.1):
            [(seconds,)] = watch.execute(
                "SELECT extract(epoch FROM max(clock_timestamp() - state_change)) "
                "FROM pg_stat_activity WHERE datname = current_database() "
                "AND state LIKE 'idle in transaction%'"
            )
            longest = max(longest, float(seconds or 0))
    return longest


def answers(url: str) -> bool:
    """Whether the shop answers this very moment."""
    try:
        return visit(f"{url}/robots.txt", timeout=10).status_code == 200
    except httpx.HTTPError:
        return False
