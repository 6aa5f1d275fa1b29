from typing import Any

from rest_framework.response import Response

from api.manners.asked import heard
from api.manners.once import answered_once
from api.schema.described import described
from api.shapes.cart import CartShape
from api.shapes.wishlist import AskedWish, WishlistShape
from api.view import View, shown
from cart.forms import AddForm
from wishlist.wishlist import Wishlist


class WishView(View):
    tag, scopes, begins = "Wishlist", {"cart"}, True

    @property
    def wishlist(self) -> Wishlist:
        return Wishlist(self.request.session, self.member)

    def answer(self, wishlist: Wishlist, status: int = 200) -> Response:
        return shown(WishlistShape, wishlist, status)


class Wishes(WishView):
    @described("readWishlist", "What is kept for later", gives=WishlistShape)
    def get(self, request: Any) -> Response:
        return self.answer(self.wishlist)

    @described("keepWish", "Keep a variant", asks=AskedWish, gives=WishlistShape, status=201)
    @answered_once
    def post(self, request: Any) -> Response:
        form = heard(AddForm(AskedWish.of(request) | {"quantity": 1}))
        wishlist = self.wishlist
        wishlist.keep(form.cleaned_data["variant"])
        return self.answer(wishlist, 201)


class OneWish(WishView):
    @described("removeWish", "Take a variant off the list", gives=WishlistShape)
    def delete(self, request: Any, variant: int) -> Response:
        wishlist = self.wishlist
        wishlist.remove(variant)
        return self.answer(wishlist)


class Moving(WishView):
    @described("moveWish", "Put one of it into the cart, and off the list", gives=CartShape)
    @answered_once
    def post(self, request: Any, variant: int) -> Response:
        cart = self.cart
        cart.add(variant, 1)
        self.wishlist.remove(variant)
        return shown(CartShape, cart)
