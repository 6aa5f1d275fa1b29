"""A search of a large catalogue need not read every row; where the database lets us, and none less."""

from django.db import migrations, transaction
from django.db.utils import DatabaseError

COLUMNS = ("name", "about", "text")


def index(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return  # a database without it, or a user who may not: the search is right, and slower
    for column in COLUMNS:
        schema_editor.execute(
            f"CREATE INDEX search_{column}_trigrams ON catalog_searchentry"
            f" USING gin ({column} gin_trgm_ops)"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for column in COLUMNS:
            schema_editor.execute(f"DROP INDEX IF EXISTS search_{column}_trigrams")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_search")]
    operations = [migrations.RunPython(index, drop)]
