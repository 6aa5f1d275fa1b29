"""Shoppers sign in on their devices, choose between two carts, undo it, and sign out."""

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.base import UpdateError
from django.test import RequestFactory
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from cart.cart import Cart, Refused
from cart.keepers import MERGED, Kept
from cart.merging import CHOICES, Merging
from cart.models import CartLine, MemberCart
from crashes import Killed
from machine.world import World, crashes, shoppers, variants
from web.sessions import SessionStore

accounts, choices = st.integers(0, 1), st.sampled_from(CHOICES)
BACKEND = settings.AUTHENTICATION_BACKENDS[0]


class Signing(World):
    @rule(who=shoppers, which=accounts)
    def sign_in(self, who, which):
        if self.members[who]:
            return
        device, account = self.cart(who).kept, Cart({}, self.accounts[which]).kept
        request = RequestFactory().post("/account/login/")
        request.session = self.cart(who).session
        login(request, self.accounts[which], BACKEND)
        request.session.save()
        self.sessions[who], self.members[who] = request.session, self.accounts[which]
        asked = bool(device and account and device != account)
        assert self.cart(who).kept == (account or device)
        assert self.cart(who).waiting == (device if asked else Kept())

    @rule(who=shoppers)
    def sign_out(self, who):
        """What was opened before changes nothing after; a member's cart stays as it is."""
        if self.sessions[who].session_key:
            late = self.cart(who)
            before = late.kept
            SessionStore(self.sessions[who].session_key).flush()
            with pytest.raises((UpdateError, Refused)):
                late.add(self.shelf[3].pk, 1)
            assert not self.members[who] or Cart({}, self.members[who]).kept == before
            self.sessions[who], self.members[who] = SessionStore(), None

    @rule(who=shoppers, which=accounts, here=variants, there=variants, n=st.integers(1, 6))
    def hold_two_carts(self, who, which, here, there, n):
        """The short way to the question."""
        if self.members[who]:
            self.sign_out(who)
        self.do(None, self.cart(who).add, self.shelf[here].pk, n, but=Refused)
        self.sign_in(who, which)
        self.do(None, self.cart(who).add, self.shelf[there].pk, n, but=Refused)

    @rule(who=shoppers, choice=choices, ticked=st.sets(variants), crash=crashes)
    def choose_a_cart(self, who, choice, ticked, crash):
        """Both carts become what was shown, at once; or all is as it was."""
        device, account = self.cart(who).waiting, self.cart(who).kept
        if not device:
            return
        ids = {self.shelf[n].pk for n in ticked}
        merging = Merging(self.cart(who).session, self.members[who], ids)
        seen, shown = merging.digest, merging.options[choice].count
        done = self.do(crash, merging.choose, choice, seen)
        now = self.cart(who)
        if done is Killed:
            assert (now.waiting, now.kept) == (device, account)
            return
        assert done and not now.waiting
        assert now.kept.lines == self._expected(choice, device, account, ids)
        assert now.count == shown
        assert choice == "account" or set(device.codes) <= set(now.codes) | self._rivals(now.codes)
        again = Merging(now.session, self.members[who], ids)
        assert again.choose("combine", seen) is False and self.cart(who).kept == now.kept

    def _expected(self, choice, device, account, ticked):
        if choice in {"device", "account"}:
            return {"device": device, "account": account}[choice].lines
        together = {}
        for pk in device.lines | account.lines:
            one, other = device.lines.get(pk, 0), account.lines.get(pk, 0)
            stock = self.stocks()[pk]
            most = settings.CART_MAX_QUANTITY
            most = most if stock is None else min(most, stock)
            together[pk] = max(one, other, min(one + other, most))
        return {pk: n for pk, n in together.items() if choice == "combine" or pk in ticked}

    def _rivals(self, codes):
        kinds = {each.kind for each in self.coupons if each.code in codes}
        return {each.code for each in self.coupons if each.kind in kinds}

    @rule(who=shoppers, crash=crashes)
    def undo_the_choice(self, who, crash):
        """Both carts are as they were, unless the cart has changed since."""
        cart = self.cart(who)
        noted, device, account = cart.session.get(MERGED), cart.waiting, cart.kept
        if not self.members[who] or not noted:
            return
        possible = Kept.of(noted["result"]) == account
        done = self.do(crash, Merging(cart.session, self.members[who]).undo)
        now = self.cart(who)
        if done is True:
            assert possible
            assert (now.waiting, now.kept) == (Kept.of(noted["device"]), Kept.of(noted["account"]))
        else:
            assert done is Killed or not possible
            assert (now.waiting, now.kept) == (device, account)

    @invariant()
    def members_carts_are_within_their_limits(self):
        most = settings.CART_MAX_QUANTITY
        assert all(1 <= line.quantity <= most for line in CartLine.objects.all())
        for cart in MemberCart.objects.all():
            kinds = [each.kind for each in self.coupons if each.code in cart.codes]
            assert len(kinds) == len(set(kinds)), "two codes of a kind"
