"""Shoppers use codes: the limits are tight, and editors move them."""

from django.db.models import Q
from hypothesis import strategies as st
from hypothesis.stateful import rule

from cart.codes import Refused
from coupons.models import Coupon
from crashes import Killed
from machine.world import World, codes, crashes, shoppers


class Coupons(World):
    @rule(who=shoppers, which=codes, instead=st.booleans(), crash=crashes)
    def use_a_code(self, who, which, instead, crash):
        before, code = self.cart(who).codes, self.coupons[which].code
        rival = next((each for each in before if each != code), "") if instead else ""
        done = self.do(crash, self.cart(who).use, code, rival, but=Refused)
        after = self.cart(who).codes
        assert after == before if done is Killed or isinstance(done, Refused) else code in after

    @rule(who=shoppers, which=codes)
    def stop_using_a_code(self, who, which):
        self.cart(who).stop_using(self.coupons[which].code)
        assert self.coupons[which].code not in self.cart(who).codes

    @rule(which=codes, limit=st.none() | st.integers(1, 3), active=st.booleans())
    def edit_a_code(self, which, limit, active):
        coupon = Coupon.objects.filter(pk=self.coupons[which].pk)
        coupon.filter(Q(used__lte=limit or 100)).update(limit=limit, active=active or which == 0)
