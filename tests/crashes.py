"""A process that is killed: at a statement of the database, or at a call of the provider.

Nothing catches `Killed`, and an open transaction is undone by it, as if the process had gone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from orders.models import Attempt
from payments.paypal import PayPal
from payments.paypal_client import Client

MARKS = ("SAVEPOINT", "RELEASE", "ROLLBACK")  # they stand for BEGIN, COMMIT and ROLLBACK


class Killed(BaseException):
    pass


@dataclass(frozen=True)
class Crash:
    """The n-th boundary from now, counted from 1; before it has an effect, or after."""

    at: int
    after: bool


class Process:
    """Runs verbs, and may die at a boundary of one."""

    def __init__(self) -> None:
        self.crash: Crash | None = None
        self.passed = 0
        self.calls = 0  # of the provider, since ever

    def run(self, crash: Crash | None, verb: Callable[..., Any], *given: Any, **more: Any) -> Any:
        """What the verb returns or, if the process dies in it, `Killed`."""
        self.crash, self.passed = crash, 0
        try:
            with connection.execute_wrapper(self._statement):
                return verb(*given, **more)
        except Killed:
            return Killed
        finally:
            self.crash = None

    def _statement(self, execute, sql, params, many, context):
        if sql.startswith(MARKS):
            return execute(sql, params, many, context)
        with self.boundary():
            return execute(sql, params, many, context)

    @contextmanager
    def boundary(self) -> Iterator[None]:
        self.passed += 1
        dies = self.crash is not None and self.crash.at == self.passed
        if dies and not self.crash.after:
            raise Killed
        yield
        if dies and self.crash.after:
            raise Killed

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Statements of the test's own are no boundaries."""
        crash, passed = self.crash, self.passed
        self.crash = None
        yield
        self.crash, self.passed = crash, passed


class WatchedClient(Client):
    """The real client, each of whose calls is a boundary; it looks at the shop before a call."""

    def __init__(self, process: Process, *settings: str) -> None:
        super().__init__(*settings)
        self.process = process
        self.depth = 0  # of transactions that are the test's own

    def capture_order(self, order_id: str, request_id: str) -> dict[str, Any]:
        with self.process.unseen():
            attempt = Attempt.objects.select_related("order").get(provider_order_id=order_id)
            assert attempt.state in Attempt.BUSY, "a capture without a claim"
            assert attempt.order.state == "awaiting"
            lines = list(attempt.order.lines.all())
            assert lines and all(line.held == line.quantity for line in lines), "without a hold"
        return super().capture_order(order_id, request_id)

    def _answered(self, call):
        assert len(connection.savepoint_ids) == self.depth, "a transaction waits for the provider"
        self.process.calls += 1
        with self.process.boundary():
            return super()._answered(call)


def watched(process: Process, url: str) -> PayPal:
    """The real adapter over a watched client."""
    settings = {"base_url": url, "client_id": "shop", "secret": "secret"}
    adapter = PayPal(settings | {"webhook_id": "SIMULATEDWEBHOOK", "brand": "Ink & Leaf"})
    adapter.__dict__["client"] = WatchedClient(process, *settings.values())
    return adapter
