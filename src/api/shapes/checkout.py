from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.manners.asked import Asked, Text, Whole, Yes
from api.shapes.base import Money, Named, Shape
from api.shapes.cart import UsedCodeShape
from api.shapes.orders import Postal
from orders.quote import Quote
from payments import offered


class CountryShape(Named):
    pass


class AreaShape(Named):
    pass


class AddressFieldShape(Shape):
    name = Text("In an address.")
    label = Text("What people there call it.")  # type: ignore[assignment]
    required = Yes()  # type: ignore[assignment]
    areas = AreaShape(many=True, help_text="What can be chosen; empty where one types.")


class MethodShape(Named):
    text = Text("May be empty.")
    price = Money()
    free_from = Money(allow_null=True, help_text="Of goods; null for never.")


class DestinationShape(CountryShape):
    """What an address there consists of, in the order in which one writes it, and how we send."""

    address_fields = AddressFieldShape(many=True)
    methods = MethodShape(many=True)


class AskedQuote(Asked):
    email = Text("Some codes are for one person.", schema={"format": "email", "maxLength": 254})
    country = Text("ISO 3166, such as GB.", schema={"minLength": 2, "maxLength": 2})
    method = Text("A delivery method’s code.")


class QuoteLineShape(Shape):
    sku = Text(source="variant.sku")
    quantity = Whole()
    discount = Money()
    total = Money(source="charged")
    tax = Money()


class QuoteShape(Shape):
    """What an order would cost now."""

    seen = Text("Send it with the order: it is placed only if it costs this.", source="digest")
    lines = QuoteLineShape(many=True)
    goods = Money()
    discount = Money()
    delivery = Money(source="delivery_price")
    delivery_discount = Money()
    tax = Money(help_text="Within the total.")
    total = Money()
    codes = UsedCodeShape(source="discounts.used", many=True)
    providers = serializers.SerializerMethodField(help_text="By which it can be paid.")

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_providers(self, quote: Quote) -> list[str]:
        return [each.code for each in offered(quote.total, quote.currency)]


class AskedCheckout(Asked):
    email = Text(schema={"format": "email", "maxLength": 254})
    phone = Text(required=False, schema={"maxLength": 40})
    address = Postal()
    keep = Yes("Keep the address in the member’s account.", required=False)
    method = Text("A delivery method’s code.")
    provider = Text("One of the quote’s `providers`.")
    seen = Text("The quote’s.")
