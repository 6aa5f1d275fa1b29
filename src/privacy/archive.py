"""What is held about a person as a ZIP that people and programs can read.

`data.json` has everything, each table is a CSV file of its own, and what was uploaded lies in
`files/`.
"""

import csv
import io
import json
from collections.abc import Iterable
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils.text import get_valid_filename

from orders.flows.persons import Tables

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would work out what begins so


def write(to: IO[bytes], held: dict[str, Tables], files: Iterable[tuple[str, Any]] = ()) -> None:
    """Write it in the language that is active. Raises OSError."""
    with ZipFile(to, "w", ZIP_DEFLATED) as zipped:
        tables = {
            f"{app}-{name}.csv": rows
            for app, found in held.items()
            for name, rows in found.items()
            if rows
        }
        readme = render_to_string(
            "privacy/readme.txt", {"tables": tables, "shop_name": settings.SHOP_NAME}
        )
        zipped.writestr("README.txt", readme)
        zipped.writestr("data.json", _json(held, indent=2))
        for name, rows in tables.items():
            zipped.writestr(name, as_csv(rows))
        for name, file in files:
            app, _slash, its_name = name.partition("/")
            with file:
                zipped.writestr(f"files/{app}/{get_valid_filename(its_name)}", file.read())


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    """Rows of one kind, with the mark by which spreadsheets know UTF-8."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(columns)
    table.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return str(value)
    text = value if isinstance(value, str) else _json(value).strip('"')
    return f"'{text}" if text.startswith(FORMULA) else text


def _json(value: Any, **how: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, **how)
