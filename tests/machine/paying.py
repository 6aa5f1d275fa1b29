"""Shoppers pay, at PayPal and elsewhere, and change their minds."""

from django.conf import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from machine.world import PAID, UNDECIDED, World, crashes, nth, providers
from orders import flows
from orders.models import Attempt, Order
from payments.provider import Unknown
from placing import lapse

CHOICES = ["approve", "approve", "approve", "decline", "pending", "pending", "cancel"]


class Paying(World):
    def begin(self, crash, attempt):
        done = self.do(crash, flows.start, attempt.pk, but=(Unknown, flows.NotPayable))
        self.nothing_but(done, Unknown, flows.NotPayable)

    @rule(n=nth, crash=crashes)
    def start(self, n, crash):
        if attempt := self.pick(Attempt.objects.filter(state="new"), n):
            self.begin(crash, attempt)

    @rule(n=nth, choice=st.sampled_from(CHOICES))
    def decide_at_paypal(self, n, choice):
        if attempt := self.pick(self._at_paypal(), n):
            self.answer(f"orders/{attempt.provider_order_id}/{choice}")

    @rule(n=nth, to=st.sampled_from(["complete", "complete", "deny"]))
    def paypal_ends_the_review_of_a_pending_payment(self, n, to):
        waiting = [row for row in self.ledger()["captures"] if row["status"] == "PENDING"]
        if waiting:
            self.answer(f"captures/{waiting[n % len(waiting)]['id']}", to=to)

    @rule(n=nth, crash=crashes)
    def return_to_the_shop(self, n, crash):
        if attempt := self.pick(self._at_paypal(), n):
            self.settle(crash, attempt)

    @rule(n=nth, choice=st.sampled_from(CHOICES), crash=crashes, again=crashes)
    def decide_and_return(self, n, choice, crash, again):
        """The short way to money; the page is loaded once more."""
        if attempt := self.pick(self._at_paypal().exclude(order__state__in=PAID), n):
            self.answer(f"orders/{attempt.provider_order_id}/{choice}")
            self.settle(crash, attempt)
            self.settle(again, attempt)

    @rule(n=nth, sold=st.booleans(), crash=crashes, again=crashes)
    def return_when_the_hold_has_gone(self, n, sold, crash, again):
        """And perhaps the stock with it: then the shopper is told so, and not charged."""
        attempt = self.pick(self._at_paypal().filter(order__state__in=["awaiting", "expired"]), n)
        if attempt:
            lapse(attempt.order)
            flows.expire()
            if sold:
                self.sell_elsewhere(attempt.order.lines.first().variant_id)
            self.answer(f"orders/{attempt.provider_order_id}/approve")
            self.settle(crash, attempt)
            self.settle(again, attempt)

    @rule(n=nth, code=providers, crash=crashes)
    def choose_how_to_pay(self, n, code, crash):
        if order := self.pick(Order.objects.all(), n):
            done = self.do(crash, flows.choose, order.pk, code, but=UNDECIDED)
            self.nothing_but(done, flows.NotSettled, flows.SoldOut)
            if isinstance(done, Attempt) and code == "paypal":
                self.begin(None, done)

    @rule(n=nth, crash=crashes)
    def cancel(self, n, crash):
        if order := self.pick(Order.objects.all(), n):
            done = self.do(crash, flows.cancel, order.pk, but=flows.NotEnded)
            self.nothing_but(done, flows.NotEnded)

    @rule(n=nth, crash=crashes)
    def put_back_into_the_cart(self, n, crash):
        """The order's lines are in the cart, once; or the order and the cart are as they were."""
        order = self.pick(Order.objects.all(), n)
        if not order:
            return
        cart = self.cart(int(order.email[0]))
        state, pieces = order.state, {}
        expected = dict(cart.quantities)
        self.do(crash, flows.change, order.pk, cart, but=flows.NotEnded)
        order.refresh_from_db()
        if order.state != state:
            pieces = {line.variant_id: line.quantity for line in order.lines.all()}
        for pk, quantity in pieces.items():
            expected[pk] = min(expected.get(pk, 0) + quantity, settings.CART_MAX_QUANTITY)
        assert self.cart(int(order.email[0])).quantities == expected
        kinds = [each.kind for each in self.coupons if each.code in cart.codes]
        assert len(kinds) == len(set(kinds)), "two codes of a kind"

    # Words

    @staticmethod
    def _at_paypal():
        return Attempt.objects.filter(provider="paypal", provider_order_id__isnull=False)

    def settle(self, crash, attempt):
        before = self.moved(attempt)
        done = self.do(crash, flows.settle, attempt.pk, but=UNDECIDED)
        self.nothing_but(done, *UNDECIDED)
        if isinstance(done, (flows.SoldOut, flows.CouponGone)):
            assert self.moved(attempt) == before, "told that nothing is charged, and yet charged"
