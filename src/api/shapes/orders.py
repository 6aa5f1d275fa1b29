from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.manners.asked import WRONG_TYPE, Asked, Text, Whole, Yes
from api.shapes.base import Money, Page, Shape
from api.shapes.cart import UsedCodeShape
from orders.models import Attempt, Order, ReturnLine, ReturnRequest
from payments import offered

POSTAL = (
    *("country_code", "name", "company_name", "street_address", "city_area"),
    *("city", "country_area", "postal_code"),
)
ADDRESS = {
    "type": "object",
    "description": "Which fields a country has is told by `/countries/{country}/`.",
    "properties": {name: {"type": "string", "maxLength": 200} for name in POSTAL},
    "required": ["country_code", "name"],
}


@extend_schema_field(ADDRESS)
class Postal(serializers.Field[Any, Any, Any, Any]):
    """An address as one writes it, without the country's own order."""

    default_error_messages = {"null": WRONG_TYPE}

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if not isinstance(data, dict) or any(type(each) is not str for each in data.values()):
            raise serializers.ValidationError(WRONG_TYPE)
        return {name: data[name] for name in POSTAL if name in data}

    def to_representation(self, value: Any) -> dict[str, str]:
        return {name: value[name] for name in POSTAL if value.get(name)}


class OrderLineShape(Shape):
    id = Whole("By which pieces of it are sent, or asked back.", source="pk")
    sku = Text()
    title = serializers.SerializerMethodField()
    quantity = Whole()
    unit_price = Money()
    discount = Money()
    total = Money(source="charged")
    tax = Money(help_text="Within the total.")
    sent = Whole("Pieces.", source="fulfilled")
    refunded = Whole("Pieces.")
    asked_back = Whole("Pieces, about which nothing is decided yet.")
    can_come_back = Whole("Pieces.", source="refundable")

    def get_title(self, line: Any) -> str:
        return line.title()


class PiecesShape(Shape):
    line = Whole("The order line’s `id`.", source="line_id")
    quantity = Whole()


class ParcelShape(Shape):
    sent_at = serializers.DateTimeField()
    carrier = Text(source="carrier.name")
    tracking = Text()
    tracking_url = Text("May be empty.")
    lines = PiecesShape(source="lines.all", many=True)


class ReturnShape(Shape):
    id = Whole(source="pk")
    state = serializers.ChoiceField(ReturnRequest.State.choices)
    asked_at = serializers.DateTimeField()
    lines = PiecesShape(source="lines.all", many=True)
    note = Text()
    answer = Text("What the shop answered; may be empty.")


class PaymentShape(Shape):
    """How the order is being paid."""

    provider = Text()
    state = serializers.ChoiceField(Attempt.State.choices)
    amount = Money()
    approve_url = serializers.SerializerMethodField(
        help_text="Where the shopper approves it; empty where nothing is to be approved."
    )
    problem = Text("Why there is no such address; else empty.")

    def get_approve_url(self, attempt: Attempt) -> str:
        return attempt.approve_url if attempt.state in Attempt.OPEN else ""


class OrderSummaryShape(Shape):
    """An order in a list."""

    number = Text()
    state = serializers.ChoiceField(Order.State.choices)
    standing = Text("The state in words, with parcels and refunds.")
    placed_at = serializers.DateTimeField()
    total = Money()


class OrderShape(OrderSummaryShape):
    held_until = serializers.DateTimeField(source="hold_until", allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)
    email = Text()
    phone = Text()
    address = Postal()
    delivery = Text()
    lines = OrderLineShape(source="lines.all", many=True)
    codes = UsedCodeShape(source="discounts.all", many=True)
    goods = Money()
    discount = Money()
    delivery_charged = Money()
    tax = Money(help_text="Within the total.")
    parcels = ParcelShape(many=True)
    returns = ReturnShape(source="asked_returns", many=True)
    can_be_cancelled = Yes(source="is_unpaid")
    can_be_returned = Yes()
    page = Page(source="get_absolute_url")


class PlacedShape(OrderShape):
    """An order just placed."""

    payment = PaymentShape(allow_null=True, help_text="Null if there was nothing to pay.")


class ToPayShape(Shape):
    """How an order stands with its payment."""

    state = serializers.ChoiceField(Order.State.choices)
    payment = PaymentShape(allow_null=True, help_text="The last attempt, if there was any.")
    providers = serializers.SerializerMethodField(help_text="By which it can still be paid.")

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_providers(self, order: Order) -> list[str]:
        offers = offered(order.total, order.currency) if order.is_unpaid else []
        return [each.code for each in offers]


class OrderListShape(Shape):
    items = OrderSummaryShape(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null at the end.")


class AskedProvider(Asked):
    provider = Text("One of `providers`.")


class AskedPieces(Asked):
    line = Whole("The order line’s `id`.")
    quantity = Whole(schema={"minimum": 1})


class AskedBack(AskedPieces):
    reason = Text(schema={"enum": ReturnLine.Reason.values})


class AskedLines(Asked):
    """`lines`, each of them once: of two numbers of pieces neither would be what was meant."""

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        named = [each.get("line") for each in lines]
        twice = [n is not None and n in named[:place] for place, n in enumerate(named)]
        if any(twice):
            words = gettext("This line is named already.")
            raise serializers.ValidationError([{"line": [words]} if each else {} for each in twice])
        return lines


class AskedReturn(AskedLines):
    lines = AskedBack(many=True)
    note = Text(required=False, schema={"maxLength": 1000})


class AskedOrder(Asked):
    number = Text(schema={"maxLength": 40})
    email = Text(schema={"format": "email", "maxLength": 254})


class AgainShape(Shape):
    """What became of an order that was ordered again."""

    added = PiecesShape(many=True)
    gone = serializers.ListField(child=Text(), help_text="Titles of what has left the shop.")
    words = serializers.ListField(child=Text(), help_text="All of it, for people.")
