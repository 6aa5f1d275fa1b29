from rest_framework import serializers

from api.manners.asked import Asked, Text, Whole, Yes
from api.shapes.base import Shape
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

    member = PersonShape(
        allow_null=True, help_text="Null for a guest, and to a token without `account`."
    )
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
