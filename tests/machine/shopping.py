"""Shoppers fill carts, look, place and leave; who is refused has lost nothing."""

import secrets

from hypothesis import strategies as st
from hypothesis.stateful import rule

from cart.cart import Refused
from catalog.models import Variant
from coupons.models import Coupon
from crashes import Killed
from machine.world import SHOPPERS, World, codes, crashes, providers, shoppers, variants
from orders import flows
from orders.models import Order
from orders.quote import Quote

DEEDS = st.sampled_from(["add", "add", "change", "remove"])


class Shopping(World):
    @rule(who=shoppers, what=variants, deed=DEEDS, quantity=st.integers(-1, 6), crash=crashes)
    def fill_the_cart(self, who, what, deed, quantity, crash):
        before, pk = self.cart(who).quantities, self.shelf[what].pk
        given = (pk,) if deed == "remove" else (pk, quantity)
        done = self.do(crash, getattr(self.cart(who), deed), *given, but=Refused)
        after = self.cart(who).quantities
        if done is Killed or isinstance(done, Refused):
            assert after == before
        else:
            assert after.pop(pk, None) != before.pop(pk, None) or deed != "add"
            assert after == before, "another line was lost"

    @rule(who=shoppers)
    def look(self, who):
        """See the review page: what is placed later is compared with this."""
        cart, person = self.cart(who), self.buyer(who).person
        self.seen[who] = Quote(cart.lines, self.method, cart.codes, person).digest

    @rule(who=shoppers, provider=providers, look=st.booleans(), crash=crashes)
    def place(self, who, provider, look, crash):
        if look:
            self.look(who)
        known = Order.objects.filter(checkout_token=self.tokens[who]).first()
        before = self._as_it_is(who)
        done = self._post(crash, who, provider)
        if done is Killed or isinstance(done, flows.NotPlaced):
            assert done is Killed or known is None
            assert self._as_it_is(who) == before, "half an order"
        elif known:
            assert done == known
            assert self._as_it_is(who) == before, "one token, two orders"

    @rule(who=shoppers, provider=providers, times=st.integers(2, 4))
    def place_by_many_clicks(self, who, provider, times):
        self.look(who)
        done = [self._post(None, who, provider) for _ in range(times)]
        orders = {order for order in done if isinstance(order, Order)}
        assert len(orders) <= 1
        assert not orders or done[0] in orders, "the first click was refused, a later one was not"

    @rule(
        who=shoppers,
        what=variants,
        quantity=st.integers(1, 2),
        provider=providers,
        which=st.none() | codes,
    )
    def buy(self, who, what, quantity, provider, which):
        """The short way from the shelf to PayPal's page."""
        self.tokens[who] = secrets.token_urlsafe(24)
        self.do(None, self.cart(who).add, self.shelf[what].pk, quantity, but=Refused)
        if which is not None:
            self.do(None, self.cart(who).use, self.coupons[which].code, but=Refused)
        self.look(who)
        order = self._post(None, who, provider)
        if isinstance(order, Order) and (attempt := order.attempts.last()):
            self.begin(None, attempt)

    def nothing_to_pick(self):
        """A rule that finds nothing makes something for the next one."""
        self.tick += 1
        who, what = self.tick % SHOPPERS, self.tick % len(self.shelf)
        self.buy(who=who, what=what, quantity=1, provider="paypal", which=None)

    @rule(who=shoppers)
    def begin_another_order(self, who):
        self.tokens[who] = secrets.token_urlsafe(24)

    def _post(self, crash, who, provider):
        return self.do(
            crash,
            flows.place,
            self.cart(who),
            token=self.tokens[who],
            buyer=self.buyer(who),
            method=self.method,
            provider=provider,
            seen=self.seen[who],
            but=flows.NotPlaced,
        )

    def _as_it_is(self, who):
        orders = list(Order.objects.order_by("pk").values_list("pk", "state"))
        stocks = dict(Variant.objects.values_list("pk", "stock"))
        uses = list(Coupon.objects.order_by("pk").values_list("pk", "used"))
        return orders, stocks, uses, self.cart(who).quantities, self.cart(who).codes
