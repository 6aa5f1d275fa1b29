from typing import Any

from django.conf import settings
from django.utils import translation
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.manners.asked import Text, Whole
from money.currency import price
from web.head import absolute


class Shape(serializers.Serializer[Any]):
    """What is shown of a thing; it takes nothing in."""


class MoneyShape(Shape):
    """An amount in the currency's minor unit, and as people write it in the answer's language."""

    amount = Whole("Minor units: 1234 GBP is £12.34.")
    currency = Text("ISO 4217.")
    text = Text("For people to read.")


@extend_schema_field(MoneyShape)
class Money(serializers.Field[Any, Any, Any, Any]):
    """Minor units of the thing's own currency, or else of the shop's."""

    def get_attribute(self, instance: Any) -> Any:
        amount = super().get_attribute(instance)
        return None if amount is None else (amount, _currency(instance))

    def to_representation(self, value: Any) -> dict[str, Any]:
        amount, currency = value
        return told(amount, currency)


def told(amount: int, currency: str = settings.SHOP_CURRENCY) -> dict[str, Any]:
    language = translation.get_language() or settings.LANGUAGE_CODE
    return {"amount": amount, "currency": currency, "text": price(amount, currency, language)}


def _currency(thing: Any) -> str:
    order = getattr(thing, "order", None)
    own = getattr(thing, "currency", None) or getattr(order, "currency", None)
    return own or settings.SHOP_CURRENCY


class Named(Shape):
    """Something with a code for programs and a name for people."""

    code = Text()
    name = Text("In the language asked for.")


@extend_schema_field({"type": "string", "format": "uri"})
class Page(serializers.Field[Any, Any, Any, Any]):
    """The complete address of a page of the shop, of its path."""

    def to_representation(self, value: Any) -> Any:
        return absolute(value() if callable(value) else value)
