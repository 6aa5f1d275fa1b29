"""The demo's catalogue, copied until there are as many products as asked for."""

from django.db import connection, models

from catalog.models import Option, OptionValue, Picture, Product, SearchEntry, Variant

APART = 100_000  # between a row's id and that of its next copy
COPIED: list[type[models.Model]] = [
    *(Product, Option, OptionValue, Variant, Picture),
    *(Variant.values.through, Picture.values.through, SearchEntry),
]


def copy_until(products: int) -> int:
    """Set-based, so that a hundred thousand take minutes; gives how many there are then."""
    copies = -(-products // Product.objects.count()) - 1
    with connection.cursor() as cursor:
        for model in COPIED:
            cursor.execute(_copying(model), [copies])
        for model in COPIED:
            cursor.execute(f"ANALYZE {model._meta.db_table}")
    return Product.objects.count()


def _copying(model: type[models.Model]) -> str:
    fields = model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(map(_copy, fields))
    table = model._meta.db_table
    of_products = ' WHERE "product_id" IS NOT NULL' if model is Picture else ""
    return (
        f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}"'  # noqa: S608 our names
        f" CROSS JOIN generate_series(1, %s) AS copy{of_products}"
    )


def _copy(field: models.Field) -> str:
    column = f'"{field.column}"'
    if field.related_model in COPIED or field.get_internal_type() == "BigAutoField":
        return f"{column} + copy * {APART}"
    if field.unique:
        return f"{column} || '-' || copy"
    return "FALSE" if field.name == "featured" else column
