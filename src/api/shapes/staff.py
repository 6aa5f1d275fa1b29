from rest_framework import serializers

from api.manners.asked import Asked, Text, Whole, Yes
from api.shapes.base import Money, Shape
from api.shapes.orders import (
    AskedLines,
    AskedPieces,
    OrderLineShape,
    OrderSummaryShape,
    ParcelShape,
    Postal,
)


class StockShape(Shape):
    """A variant, as who keeps its stock and its price sees it."""

    sku = Text()
    title = Text()
    stock = Whole("Pieces; null if they are made to order.", allow_null=True)
    price = Money()
    compare_at = Money(allow_null=True)
    active = Yes("Whether the shop shows it.")


class AskedMoney(Asked):
    amount = Whole("Minor units.", schema={"minimum": 0})
    currency = Text("The shop’s.", required=False)


class AskedStock(Asked):
    """What is left out stays."""

    stock = Whole(required=False, schema={"minimum": 0, "maximum": 1_000_000})
    price = AskedMoney(required=False)
    compare_at = AskedMoney(required=False, allow_null=True)


class ToFulfilShape(OrderSummaryShape):
    """An order, as who packs it sees it."""

    paid_at = serializers.DateTimeField()
    email = Text()
    phone = Text()
    address = Postal()
    delivery = Text()
    lines = OrderLineShape(source="lines.all", many=True)
    parcels = ParcelShape(many=True)


class ToFulfilListShape(Shape):
    items = ToFulfilShape(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null at the end.")


class CarrierShape(Shape):
    name = Text()


class AskedParcel(AskedLines):
    carrier = Text("One of the shop’s carriers, by its name.", schema={"maxLength": 60})
    tracking = Text("Its number there.", required=False, schema={"maxLength": 80})
    lines = AskedPieces(many=True)
