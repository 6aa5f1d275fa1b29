"""How tests that commit leave no rows, in a tenth of the time that Django's way takes."""

from typing import Any

from django.conf import settings

# Of the migrations, not of a test. Made anew they had other ids, which servers remember.
STAYS = {"django_content_type", "auth_permission"}


def statements(_style: Any, connection: Any, **_how: bool) -> list[str]:
    """What `flush` runs. TRUNCATE would write new files for hundreds of tables and indexes."""
    # Of which servers are told (`served`).
    (settings.DATA_DIR / "emptied").touch()
    tables = set(connection.introspection.django_table_names(only_existing=True)) - STAYS
    delete = [f"DELETE FROM {connection.ops.quote_name(table)}" for table in sorted(tables)]  # noqa: S608
    if connection.vendor == "postgresql":
        return ["SET LOCAL session_replication_role TO replica", *delete]
    return delete
