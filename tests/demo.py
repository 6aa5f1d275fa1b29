"""The demo's catalogue for tests of pages: loaded once, then put back row by row."""

from io import BytesIO
from typing import Any
from unittest.mock import patch

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from PIL import Image

from catalog.models import (
    Category,
    Option,
    OptionValue,
    Picture,
    Product,
    SearchEntry,
    TaxClass,
    Variant,
)
from catalog.models.picture import FORMATS
from config.management.commands.load_demo import Loader, read
from content.models import Home, Page
from coupons.models import Coupon
from newsletter.models import Topic, WelcomeOffer
from orders.models import Carrier, DeliveryMethod

# In the order of what needs what; a picture's product, and a category's picture, come before it.
TABLES: list[type[models.Model]] = [
    *(TaxClass, DeliveryMethod, Carrier, Topic, WelcomeOffer),
    *(Picture, Category, Product, Option, OptionValue, Variant, Home, Page, Coupon),
    *(Variant.values.through, Picture.values.through, SearchEntry, Coupon.categories.through),
]
Statements = list[tuple[str, Any]]


def load() -> Statements:
    """Load the demo, give what writes its rows again, and leave the database as it was."""
    with transaction.atomic():
        with patch.object(Picture, "_render_width", _one_pixel):
            Loader(read()).load()
            for picture in Picture.objects.all():
                picture.render()
        rows = [(table, list(table._default_manager.all())) for table in TABLES]
        transaction.set_rollback(True)
    return _written(rows)


def _written(rows: list[tuple[type[models.Model], list[models.Model]]]) -> Statements:
    """What Django sends for them: thousands of tests put them back, and need not work it out."""
    statements: Statements = []

    def note(execute, sql, params, many, context):
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            for table, found in rows:
                table._default_manager.bulk_create(found)
        transaction.set_rollback(True)
    return statements


def restore(statements: Statements) -> None:
    """Write the rows with the ids they had."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(*statement)


def _one_pixel(self: Picture, content: bytes, digest: str, width: int) -> None:
    """Pages name a rendition by its width; how it looks is not what these tests are about."""
    for kind in FORMATS:
        name = self._rendition(width, kind, digest)
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(_pixel(kind)))


def _pixel(kind: str, made: dict[str, bytes] = {}) -> bytes:  # noqa: B006 made once
    if kind not in made:
        file = BytesIO()
        Image.new("RGB", (1, 1), (214, 208, 194)).save(file, kind)
        made[kind] = file.getvalue()
    return made[kind]
