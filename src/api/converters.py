"""What may stand in an address."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class Number(StringConverter):
    """Of an order."""

    regex = r"[A-Za-z0-9-]{1,20}"


class Sku(StringConverter):
    regex = r"[A-Z0-9-]{1,40}"


class Code(StringConverter):
    """Of a coupon."""

    regex = r"[^/\0]{1,40}"


class Id(StringConverter):
    """A number that a database can hold."""

    regex = r"[0-9]{1,18}"

    def to_python(self, value: str) -> int:  # type: ignore[override]
        return int(value)


class CountryCode(StringConverter):
    regex = r"[A-Z]{2}"


for converter in (Number, Sku, Code, Id, CountryCode):
    register_converter(converter, converter.__name__.lower())
