from rest_framework import serializers

from api.manners.asked import Asked, Text, Whole, Yes
from api.shapes.base import Money, Named, Shape
from api.shapes.catalog import VariantDetailShape


class AskedLine(Asked):
    variant = Whole("A variant’s `id`.", schema={"minimum": 1})
    quantity = Whole(schema={"minimum": 1, "maximum": 20})


class AskedQuantity(Asked):
    quantity = Whole(schema={"minimum": 1, "maximum": 20})


class AskedCode(Asked):
    code = Text(schema={"maxLength": 40})
    instead = Text("The code of the same kind that it may replace.", required=False)


class LineShape(Shape):
    id = Whole("The variant’s, by which the line is changed.", source="variant_id")
    quantity = Whole()
    title = Text()
    total = Money()
    problem = Text("Why it cannot be bought as it stands; empty if it can.")
    variant = VariantDetailShape(allow_null=True, help_text="Null if it has left the shop.")


class CodeShape(Shape):
    code = Text()
    name = Text()
    amount = Money(help_text="What it takes off.")
    problem = Text("Why it takes nothing off; empty if it does.")
    waits = Yes("Whether it waits for a delivery to be chosen.")


class CartShape(Shape):
    count = Whole("Pieces in all lines.")
    lines = LineShape(source="all_lines", many=True)
    codes = CodeShape(source="discounts.applied", many=True)
    goods = Money(help_text="Of what can be bought, before any code.")
    discount = Money(source="discounts.goods")
    total = Money(help_text="For the goods; the delivery is not in it.")


class UsedCodeShape(Shape):
    """A code in an order."""

    code = Text()
    name = Text()
    amount = Money()


class MergeOptionShape(Named):
    """What the cart would be."""

    count = Whole()
    total = Money()
    summary = Text()


class MergeShape(Shape):
    """Two carts after signing in: the account's, which is in use, and the device's, which waits."""

    waits = Yes("Whether there is anything to choose.")
    seen = Text("Send it back with the choice, which is refused if anything has changed since.")
    options = MergeOptionShape(many=True)
    can_be_undone = Yes("Whether a choice was made that can be taken back.")


class AskedMerge(Asked):
    choice = serializers.ChoiceField(["combine", "device", "account", "choose"])
    lines = serializers.ListField(
        child=Whole(), required=False, help_text="With `choose`: the lines to keep, by their ids."
    )
    seen = Text()
