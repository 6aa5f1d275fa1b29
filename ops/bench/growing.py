"""The demo's catalogue and some orders, copied until there are as many as asked for.

Set-based, so that a hundred thousand take minutes.
"""

from collections.abc import Sequence

from django.db import connection, models

import placing
from catalog.models import Option, OptionValue, Picture, Product, SearchEntry, Variant
from orders.models import Attempt, Capture, Order, OrderEvent, OrderLine

APART = 100_000  # between a row's id and that of its next copy
KINDS = 10  # of orders: all paid, and one in two sent

type Model = type[models.Model]
PRODUCTS: list[Model] = [
    *(Product, Option, OptionValue, Variant, Picture),
    *(Variant.values.through, Picture.values.through, SearchEntry),
]
ORDERS: list[Model] = [Order, OrderLine, Attempt, Capture, OrderEvent]


def copy_products(wanted: int) -> int:
    """Gives how many there are then."""
    _copy(PRODUCTS, -(-wanted // Product.objects.count()) - 1)
    return Product.objects.count()


def copy_orders(wanted: int) -> int:
    """Placed, paid and sent by the shop's own verbs, then copied. Gives how many there are then."""
    some = Variant.objects.filter(active=True, stock__gt=2 * KINDS).order_by("pk")[:3]
    for n in range(KINDS):
        order = placing.pay(placing.place(*((variant, 1) for variant in some)))
        if n % 2:
            placing.send(order)
    _copy(ORDERS, -(-wanted // KINDS) - 1)
    return Order.objects.count()


def _copy(copied: Sequence[Model], copies: int) -> None:
    with connection.cursor() as cursor:
        for model in copied:
            cursor.execute(_copying(model, copied), [copies])
        for model in copied:
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def _copying(model: Model, copied: Sequence[Model]) -> str:
    fields = model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(_value(field, copied) for field in fields)
    table = model._meta.db_table
    of_products = ' WHERE "product_id" IS NOT NULL' if model is Picture else ""
    return (
        f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}"'  # noqa: S608 our names
        f" CROSS JOIN generate_series(1, %s) AS copy{of_products}"
    )


def _value(field: models.Field, copied: Sequence[Model]) -> str:
    column = f'"{field.column}"'
    match field.get_internal_type():
        case "BigAutoField":
            return f"{column} + copy * {APART}"
        case "UUIDField" if field.unique:
            return f"md5({column}::text || copy)::uuid"
        case "CharField" if field.unique:
            return f"left(md5({column} || copy), {field.max_length})"
        case "SlugField" if field.unique:
            return f"{column} || '-' || copy"
    if field.related_model in copied:
        return f"{column} + copy * {APART}"
    if field.name in {"placed_at", "paid_at"}:
        return f"{column} - copy * interval '1 minute'"
    return "FALSE" if field.name == "featured" else column
