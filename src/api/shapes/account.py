from rest_framework import serializers

from api.manners.asked import Asked, Text, Whole, Yes
from api.shapes.base import Shape
from api.shapes.catalog import ProductShape, VariantDetailShape
from api.shapes.orders import Postal
from members.models import LANGUAGES

LANGUAGE = {"enum": [code for code, _name in LANGUAGES]}


class PersonShape(Shape):
    email = Text()
    name = Text("As the shop greets them; may be empty.")
    language = Text("Of the shop’s mails.", schema=LANGUAGE)


class AskedDetails(Asked):
    name = Text(required=False, schema={"maxLength": 120})
    language = Text(required=False, schema=LANGUAGE)


class SessionShape(Shape):
    """Who is asking."""

    member = PersonShape(allow_null=True, help_text="Null for a guest.")
    scopes = serializers.ListField(
        child=Text(), allow_null=True, help_text="Of the token; null for a session."
    )


class AddressShape(Shape):
    id = Whole(source="pk")
    label = Text("What the member calls it; may be empty.")  # type: ignore[assignment]
    address = Postal(source="postal")
    phone = Text()
    default = Yes("Whether orders start with it.")


class AskedAddress(Asked):
    label = Text(required=False, schema={"maxLength": 40})  # type: ignore[assignment]
    address = Postal()
    phone = Text(required=False, schema={"maxLength": 40})
    default = Yes("Use it unless another is chosen.", required=False)


class WishShape(Shape):
    id = Whole("The variant’s.", source="variant_id")
    variant = VariantDetailShape(allow_null=True, help_text="Null if it has left the shop.")


class WishlistShape(Shape):
    items = WishShape(source="lines", many=True)


class AskedWish(Asked):
    variant = Whole("A variant’s `id`.", schema={"minimum": 1})


class ViewedShape(Shape):
    """What was looked at on the shop’s pages in this session, the most viewed first."""

    items = ProductShape(many=True)


class TopicShape(Shape):
    id = Whole(source="pk")
    name = Text()


class LettersShape(Shape):
    """The member’s letters from the shop."""

    email = Text("Where they go; empty if the account’s address is not confirmed.")
    on_the_list = Yes()
    language = Text(schema=LANGUAGE)
    topics = serializers.ListField(child=Whole(), help_text="Ids of those that were chosen.")
    offered = TopicShape(many=True)


class AskedLetters(Asked):
    topics = serializers.ListField(child=Whole(), required=False, help_text="Ids of `offered`.")
    language = Text(schema=LANGUAGE)


class AskedSignup(Asked):
    email = Text(schema={"format": "email", "maxLength": 254})


class AskedMessage(Asked):
    name = Text(schema={"maxLength": 120})
    email = Text("Where the answer goes.", schema={"format": "email", "maxLength": 254})
    subject = Text(schema={"maxLength": 150})
    message = Text(schema={"maxLength": 5000})
    order_number = Text(required=False, schema={"maxLength": 20})
    picture = serializers.FileField(
        required=False, help_text="As multipart/form-data: a JPEG, PNG, WebP or AVIF file."
    )
