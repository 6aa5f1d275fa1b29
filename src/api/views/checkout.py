from typing import Any

from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext
from rest_framework.response import Response

from api.access import demand
from api.manners.asked import heard
from api.manners.once import answered_once
from api.manners.problems import Problem
from api.schema.described import described
from api.shapes.checkout import (
    AskedCheckout,
    AskedQuote,
    CountryShape,
    DestinationShape,
    QuoteShape,
)
from api.shapes.orders import PlacedShape
from api.view import PublicView, View, shown
from api.views.paying import begun
from cart.cart import Cart
from checkout.forms import AddressForm, DeliveryForm
from coupons.person import Person
from members import address
from members.address_forms import CountryForm
from members.models import Address
from orders import flows
from orders.models import DeliveryMethod, Order
from orders.quote import Quote
from payments import PROVIDERS
from web.head import absolute


class Destination(PublicView):
    tag = "Checkout"


class Countries(Destination):
    @described("listCountries", "Where we send to", gives=CountryShape(many=True))
    def get(self, request: Any) -> Response:
        told = [{"code": code, "name": name} for code, name in _countries()]
        return Response(CountryShape(told, many=True).data)


class Country(Destination):
    @described(
        "readCountry",
        "How one writes an address there, and how we send",
        gives=DestinationShape,
    )
    def get(self, request: Any, country: str) -> Response:
        name = dict(_countries()).get(country)
        if name is None:
            raise Http404
        fields = AddressForm(country)
        told: dict[str, Any] = {"code": country, "name": name}
        told["methods"] = DeliveryMethod.objects.to(country)
        told["address_fields"] = [_field(fields, country, part) for part in fields.parts]
        return shown(DestinationShape, told)


class Quoting(View):
    tag, scopes = "Checkout", {"cart"}

    @described("quote", "What the cart would cost, sent there", asks=AskedQuote, gives=QuoteShape)
    def post(self, request: Any) -> Response:
        asked = AskedQuote.of(request)
        form = CountryForm({"country_code": asked.get("country")})
        country = heard(form, lambda name: "/country").cleaned_data["country_code"]
        quote = _quote(self.cart, _method(country, asked), asked.get("email", ""), self.member)
        return shown(QuoteShape, quote)


class Placing(View):
    tag, scopes, kind = "Checkout", {"cart"}, "order"
    begins = asks_others = True

    @described(
        "placeOrder",
        "Place the order, and begin to pay it",
        asks=AskedCheckout,
        gives=PlacedShape,
        status=201,
        says="What can be bought of the cart becomes an order. It opens for the session that placed"
        " it, for its member, and for who has the `key` in the address of its page. With `keep` a"
        " token needs `account` besides.",
        also=(503,),
    )
    @answered_once
    def post(self, request: Any) -> Response:
        asked = AskedCheckout.of(request)
        if asked.get("keep"):
            demand(request, {"account"})
        told = self._told(asked)
        method = _method(told["address"]["country_code"], asked)
        if asked.get("provider") not in PROVIDERS:
            words = gettext("Choose one of these ways to pay.")
            raise Problem("refused", wrong=[("/provider", words)])
        order = self._place(told, method, asked)
        if told.get("keep"):
            Address.objects.keep(self.member, told["address"], phone=told["phone"])
        response = shown(PlacedShape, begun(order), 201)
        response["Location"] = absolute(f"/api/v1/orders/{order.number}/")
        return response

    def _told(self, asked: dict[str, Any]) -> dict[str, Any]:
        more = {name: asked[name] for name in OUTSIDE if name in asked}
        form = AddressForm.sent(asked.get("address", {}) | more, member=self.member)
        return heard(form, _pointer).cleaned_data

    def _place(self, told: dict[str, Any], method: DeliveryMethod, asked: dict[str, Any]) -> Order:
        buyer = flows.Buyer(
            email=told["email"],
            phone=told["phone"],
            address=told["address"],
            language=translation.get_language() or "en",
            member=self.member,
        )
        return flows.place(
            self.cart,
            token=str(self.once),
            buyer=buyer,
            method=method,
            provider=asked["provider"],
            seen=asked.get("seen", ""),
        )


OUTSIDE = ("email", "phone", "keep")  # of an address, but in its form


def _pointer(name: str) -> str:
    return f"/{name}" if name in OUTSIDE else f"/address/{name}"


def _countries() -> list[tuple[str, str]]:
    return address.countries(translation.get_language() or "en")


def _field(form: AddressForm, country: str, name: str) -> dict[str, Any]:
    choices = address.areas(country, translation.get_language() or "en")
    areas = [{"code": code, "name": words} for code, words in choices]
    required = name == "name" or name in form.rules.required_fields
    told = {"name": name, "label": form.fields[name].label, "required": required}
    return told | {"areas": areas if name == "country_area" else []}


def _method(country: str, asked: dict[str, Any]) -> DeliveryMethod:
    methods = DeliveryMethod.objects.to(country)
    chosen = heard(DeliveryForm(methods, asked)).cleaned_data["method"]
    return next(method for method in methods if method.code == chosen)


def _quote(cart: Cart, method: DeliveryMethod, email: str, member: Any) -> Quote:
    if not cart.lines:
        raise flows.EmptyCart
    return Quote(cart.lines, method, cart.codes, Person.of(email, member and member.pk))
