from typing import Any

from django.utils.translation import gettext
from rest_framework.response import Response

from api.manners.asked import heard
from api.manners.once import answered_once
from api.manners.problems import Problem
from api.schema.described import described
from api.shapes.cart import AskedCode, AskedLine, AskedQuantity, CartShape
from api.view import View, shown
from cart.cart import Cart
from cart.codes import UnknownCode
from cart.forms import AddForm, CouponForm, QuantityForm
from cart.views import GUESSES
from web.throttle import client_of


class CartView(View):
    tag = "Cart"
    scopes = {"cart"}
    begins = True

    def answer(self, cart: Cart, status: int = 200) -> Response:
        return shown(CartShape, cart, status)


class OneCart(CartView):
    @described("readCart", "The cart, a guest’s or a member’s", gives=CartShape)
    def get(self, request: Any) -> Response:
        return self.answer(self.cart)


class Lines(CartView):
    @described(
        "addToCart",
        "Put more of a variant into the cart",
        asks=AskedLine,
        gives=CartShape,
        status=201,
    )
    @answered_once
    def post(self, request: Any) -> Response:
        told = heard(AddForm(AskedLine.of(request))).cleaned_data
        cart = self.cart
        cart.add(told["variant"], told["quantity"])
        return self.answer(cart, 201)


class OneLine(CartView):
    @described("changeLine", "Set the quantity of a line", asks=AskedQuantity, gives=CartShape)
    def put(self, request: Any, variant: int) -> Response:
        told = heard(QuantityForm(AskedQuantity.of(request))).cleaned_data
        cart = self.cart
        cart.change(variant, told["quantity"])
        return self.answer(cart)

    @described("removeLine", "Take a line out of the cart", gives=CartShape)
    def delete(self, request: Any, variant: int) -> Response:
        cart = self.cart
        cart.remove(variant)
        return self.answer(cart)


class Codes(CartView):
    @described("useCode", "Use a coupon code", asks=AskedCode, gives=CartShape, status=201)
    @answered_once
    def post(self, request: Any) -> Response:
        who, cart = client_of(request), self.cart
        if GUESSES.is_spent(who):
            words = gettext("Too many unknown codes. Wait ten minutes and try again.")
            raise Problem("too-many", words, wait=GUESSES.seconds)
        told = heard(CouponForm(AskedCode.of(request))).cleaned_data
        try:
            cart.use(told["code"], told["instead"])
        except UnknownCode:
            GUESSES.count(who)
            raise
        return self.answer(cart, 201)


class OneCode(CartView):
    @described("removeCode", "Take a code off the cart", gives=CartShape)
    def delete(self, request: Any, code: str) -> Response:
        cart = self.cart
        cart.stop_using(code.upper())
        return self.answer(cart)
