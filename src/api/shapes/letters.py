from rest_framework import serializers

from api.manners.asked import Asked, Text, Whole, Yes
from api.shapes.account import LANGUAGE
from api.shapes.base import Shape


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
