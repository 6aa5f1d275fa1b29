"""The world of the state machine: a shop, its shoppers, and PayPal as a process of its own.

Each step calls the real verbs. A `crash` may kill the process at any statement or call within.
"""

import logging
import secrets

from django.db import connection, transaction
from django.db.models import Model
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

import factories
import placing
from cart.cart import Cart
from catalog.models import Variant
from crashes import Crash, Killed, Process
from orders import flows
from payments import PROVIDERS
from payments.paypal import PayPal
from payments.provider import Unknown
from receiver import Receiver
from web.sessions import SessionStore

SHOPPERS, STOCKS = 3, [3, 5, 1, None]
shoppers, variants = st.integers(0, SHOPPERS - 1), st.integers(0, len(STOCKS) - 1)
nth = st.integers(0, 5)  # from the newest
codes = st.integers(0, 3)
crashes = st.none() | st.builds(Crash, st.integers(1, 22), st.booleans())
providers = st.sampled_from(["paypal", "paypal", "offline"])

PAID = ("paid", "fulfilled")
UNDECIDED = (flows.NotSettled, flows.SoldOut, Unknown)


class Failures(logging.Handler):
    """A failure that a sweep survives is logged, and is one all the same."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.seen.append(logging.Formatter().format(record))


class World(RuleBasedStateMachine):
    process: Process
    adapter: PayPal
    receiver: Receiver

    def __init__(self) -> None:
        super().__init__()
        self.paypal = self.receiver.paypal
        self.paypal.clear_faults()
        self.paypal.forget()
        self.paypal.control("POST", "clock", {"shift": 0})
        self.receiver.begin()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.before, PROVIDERS["paypal"] = PROVIDERS["paypal"], self.adapter
        self.adapter.client.depth = len(connection.savepoint_ids)
        self.failures = Failures()
        logging.getLogger().addHandler(self.failures)
        self.method = factories.delivery(price=495, free_from=9000)
        self.shelf = [factories.variant(stock=n, price=999) for n in STOCKS]
        self.should_be = dict(zip([v.pk for v in self.shelf], STOCKS, strict=True))
        self.coupons = self._codes()
        self.carrier = placing.carrier()
        self.sessions = [SessionStore() for _ in range(SHOPPERS)]
        self.accounts = [factories.user() for _ in range(2)]
        self.members = [None] * SHOPPERS  # who has signed in there
        self.tokens = [secrets.token_urlsafe(24) for _ in range(SHOPPERS)]
        self.seen = [""] * SHOPPERS
        self.snapshots: dict[int, tuple] = {}
        self.deeds, self.tick, self._read = 0, 0, (None, {})
        self.told_outside: set[str] = set()  # orders at PayPal with which others dealt there

    def leave(self) -> None:
        logging.getLogger().removeHandler(self.failures)
        PROVIDERS["paypal"] = self.before
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.paypal.clear_faults()

    def _codes(self):
        """One off some goods, two off all (one of them off everything), one off the delivery."""
        some = [self.shelf[0].product, self.shelf[3].product]
        return [
            factories.coupon(kind="product", off=333, covers=some, limit_per_person=2),
            factories.coupon(kind="order", off="12.5%", limit=2, limit_per_person=1),
            factories.coupon(kind="order", off="100%", limit=1),
            factories.coupon(kind="delivery", off="100%", limit=3, limit_per_person=2),
        ]

    # Words of the rules

    def do(self, crash, verb, *given, but=(), **more):
        """What the verb returns, `Killed`, or the exception of `but` that it raised."""
        try:
            return self.process.run(crash, verb, *given, **more)
        except but as reason:
            return reason

    def pick(self, rows, n):
        """The n-th newest; None if there is none."""
        found = list(rows.order_by("-pk"))
        if not found:
            self.nothing_to_pick()
            return None
        return found[n % len(found)]

    def ledger(self):
        """What is recorded at PayPal, read again once something may have happened there."""
        now = self.process.calls, self.deeds
        if self._read[0] != now:
            self._read = now, self.paypal.ledger()
        return self._read[1]

    def moved(self, attempt):
        """The money that PayPal has moved for an attempt, in minor units."""
        return sum(
            row["minor"]
            for row in self.ledger()["captures"]
            if row["order_id"] == attempt.provider_order_id
            and row["status"] not in {"PENDING", "DECLINED"}
        )

    def cart(self, who):
        """As a request has it: a store of its own over the session's row."""
        session = self.sessions[who]
        if session.session_key:
            session = SessionStore(session.session_key)
        else:
            session.create()
        return Cart(session, self.members[who])

    def buyer(self, who):
        address, member = dict(factories.ADDRESS), self.members[who]
        return flows.Buyer(f"{who}@example.com", "", address, "en", member)

    @staticmethod
    def stocks():
        return dict(Variant.objects.values_list("pk", "stock"))

    @staticmethod
    def nothing_but(outcome, *kinds):
        assert outcome is Killed or isinstance(outcome, (Model, str, *kinds)), repr(outcome)
