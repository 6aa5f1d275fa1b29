"""Whatever shoppers, editors and the bank do, in whatever order, these stay true."""

import secrets

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import factories
from cart.cart import Cart, Refused
from catalog.models import Variant
from orders import flows
from orders.models import Attempt, Order, OrderLine
from orders.quote import Quote
from outbox.models import Message
from payments import PROVIDERS
from payments.provider import Unknown
from placing import Bank, lapse
from web.sessions import SessionStore

SHOPPERS, VARIANTS = 3, 4
shoppers, variants = st.integers(0, SHOPPERS - 1), st.integers(0, VARIANTS - 1)
ANSWERS = ["captured", "captured", "declined", "unknown", "pending", "mismatch"]


class CarefulBank(Bank):
    """Knows the shop well enough to see whether money is taken for goods that are held."""

    def capture(self, attempt):
        assert not transaction.get_connection().needs_rollback
        for line in attempt.order.lines.all():
            assert line.held == line.quantity, "a capture without a hold"
        assert attempt.order.lines.exists()
        return super().capture(attempt)


class Shop(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.bank = PROVIDERS["bank"] = CarefulBank()
        self.method = factories.delivery(price=495, free_from=9000)
        stocks = [3, 5, 1, None]
        self.shelf = [factories.variant(stock=n, price=999) for n in stocks]
        self.should_be = dict(zip([v.pk for v in self.shelf], stocks, strict=True))
        self.sessions = [SessionStore() for _ in range(SHOPPERS)]
        self.tokens = [secrets.token_urlsafe(24) for _ in range(SHOPPERS)]
        self.seen = [""] * SHOPPERS
        self.snapshots = {}

    def teardown(self):
        del PROVIDERS["bank"]
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def cart(self, who):
        """As a request has it: a store of its own over the session's row."""
        session = self.sessions[who]
        if session.session_key:
            session = SessionStore(session.session_key)
        else:
            session.create()
        return Cart(session)

    # Shoppers

    @rule(who=shoppers, what=variants, quantity=st.integers(-1, 6))
    def add(self, who, what, quantity):
        before = self.cart(who).quantities
        try:
            self.cart(who).add(self.shelf[what].pk, quantity)
        except Refused:
            assert self.cart(who).quantities == before

    @rule(who=shoppers, what=variants, quantity=st.integers(-1, 6))
    def change(self, who, what, quantity):
        before = self.cart(who).quantities
        try:
            self.cart(who).change(self.shelf[what].pk, quantity)
        except Refused:
            assert self.cart(who).quantities == before

    @rule(who=shoppers, what=variants)
    def remove(self, who, what):
        self.cart(who).remove(self.shelf[what].pk)
        assert str(self.shelf[what].pk) not in self.cart(who).quantities

    @rule(who=shoppers)
    def look(self, who):
        """See the review page: what is placed later is compared with this."""
        self.seen[who] = Quote(self.cart(who).lines, self.method).digest

    @rule(who=shoppers, provider=st.sampled_from(["bank", "offline"]), look=st.booleans())
    def place(self, who, provider, look):
        if look:
            self.look(who)
        cart = self.cart(who)
        token, orders = self.tokens[who], Order.objects.count()
        buyer = flows.Buyer(f"{who}@example.com", "", dict(factories.ADDRESS), "en")
        stocks, held = self.stocks(), cart.quantities
        known = Order.objects.filter(checkout_token=token).first()
        try:
            order = flows.place(
                cart,
                token=token,
                buyer=buyer,
                method=self.method,
                provider=provider,
                seen=self.seen[who],
            )
        except flows.NotPlaced:
            assert known is None
            assert Order.objects.count() == orders
            assert self.stocks() == stocks
            assert self.cart(who).quantities == held
            return
        if known:
            assert order == known
            assert self.stocks() == stocks
        self.snapshots.setdefault(order.pk, self.lines(order))

    @rule(who=shoppers)
    def begin_another_order(self, who):
        self.tokens[who] = secrets.token_urlsafe(24)

    @rule(who=shoppers)
    def sign_out(self, who):
        if self.sessions[who].session_key:
            late = self.cart(who)
            assert late.count >= 0  # reads the session
            SessionStore(self.sessions[who].session_key).flush()
            with pytest.raises((UpdateError, Refused)):
                late.add(self.shelf[3].pk, 1)
            self.sessions[who] = SessionStore()

    # Editors

    @rule(what=variants, price=st.integers(0, 3000))
    def price(self, what, price):
        Variant.objects.filter(pk=self.shelf[what].pk).update(price=price)

    @rule(what=variants, more=st.integers(-2, 4))
    def restock(self, what, more):
        pk = self.shelf[what].pk
        if Variant.objects.filter(pk=pk, stock__gte=-more).update(stock=F("stock") + more):
            self.should_be[pk] += more

    @rule(what=variants, active=st.booleans())
    def show(self, what, active):
        Variant.objects.filter(pk=self.shelf[what].pk).update(active=active)

    # Money and time

    @rule(data=st.data(), answer=st.sampled_from(ANSWERS))
    def settle(self, data, answer):
        attempts = list(Attempt.objects.order_by("pk"))
        if not attempts:
            return
        attempt = data.draw(st.sampled_from(attempts))
        self.bank.answer = answer
        self.bank.amount = 1 if answer == "mismatch" else None
        before = len(self.bank.ledger)
        try:
            flows.settle(attempt.pk)
        except (flows.SoldOut, flows.NotSettled):
            assert len(self.bank.ledger) == before, "refused, and yet charged"
        except Unknown:
            assert answer == "unknown"

    @rule(data=st.data())
    def time_passes(self, data):
        waiting = list(Order.objects.filter(state="awaiting").order_by("pk"))
        if waiting:
            lapse(data.draw(st.sampled_from(waiting)))

    @rule()
    def expire(self):
        flows.expire()
        assert flows.expire() == 0

    # What stays true

    def stocks(self):
        return dict(Variant.objects.values_list("pk", "stock"))

    @staticmethod
    def lines(order):
        values = order.lines.order_by("pk").values()
        return [{k: v for k, v in line.items() if k != "held"} for line in values], order.total

    @invariant()
    def stock_is_never_negative_and_nothing_is_lost(self):
        held = dict.fromkeys(self.should_be, 0)
        for pk, n in OrderLine.objects.values_list("variant_id", "held"):
            held[pk] += n
        for pk, stock in self.stocks().items():
            if stock is not None:
                assert stock >= 0
                assert stock + held[pk] == self.should_be[pk]

    @invariant()
    def who_has_ended_holds_nothing_and_who_waits_holds_all(self):
        for line in OrderLine.objects.select_related("order"):
            ended = line.order.state in {"expired", "cancelled"}
            assert line.held == (0 if ended else line.quantity)

    @invariant()
    def a_token_has_one_order(self):
        tokens = list(Order.objects.values_list("checkout_token", flat=True))
        assert len(tokens) == len(set(tokens))

    @invariant()
    def what_is_paid_is_captured_and_no_more(self):
        for order in Order.objects.prefetch_related("attempts__captures"):
            captured = sum(c.amount for a in order.attempts.all() for c in a.captures.all())
            assert captured == (order.total if order.state == "paid" else 0)
            ids = {str(attempt.request_id) for attempt in order.attempts.all()}
            assert sum(n for key, n in self.bank.ledger.items() if key in ids) <= order.total

    @invariant()
    def what_was_ordered_never_changes(self):
        for order in Order.objects.all():
            assert self.lines(order) == self.snapshots[order.pk]

    @invariant()
    def each_mail_is_written_once(self):
        written = sorted(Message.objects.values_list("kind", "to"))
        orders = Order.objects.all()
        due = [("placed", order.email) for order in orders if order.total]
        due += [("paid", order.email) for order in orders if order.state == "paid"]
        assert written == sorted(due)


@pytest.mark.django_db
def test_the_invariants_hold_after_every_step():
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
