"""The table of docs/api.md: each of the seed's operations has its counterpart, and it is there."""

import json
import re
from itertools import product

from api.schema.document import document
from services import ROOT

RESOURCES = ("order", "orderItem", "newsletter")
OF_A_LIST, OF_ONE = ("GET", "POST"), ("GET", "PUT", "PATCH", "DELETE")
OPERATION = re.compile(r"`(?:([A-Z]+) )?(/api/v1/|…/)([^`]*)`")
STARTS = {"/api/v1/": "/api/v1/", "…/": "/api/v1/orders/{number}/"}


def rows() -> dict[str, str]:
    """What is said here of each of the seed's operations, such as `PATCH order/{id}`."""
    lines = (ROOT / "docs/api.md").read_text().splitlines()
    cells = [line.strip("| ").split(" | ") for line in lines if line.startswith("| `")]
    return {seed: here for first, here, _who in cells for seed in named(first)}


def named(cell: str) -> list[str]:
    """`PUT`, `PATCH order/{id}` are two of one resource."""
    words = re.findall(r"`([^`]+)`", cell)
    of = words[-1].partition(" ")[2]
    return [word if " " in word else f"{word} {of}" for word in words]


def operations(cell: str) -> list[tuple[str, str]]:
    """`…/cancel/` is of an order, and asked as the one before it."""
    found: list[tuple[str, str]] = []
    for method, start, rest in OPERATION.findall(cell):
        found.append((method or found[-1][0], STARTS[start] + rest))
    return found


def test_each_operation_of_the_seed_stands_in_the_table():
    lists = {f"{method} {each}" for each, method in product(RESOURCES, OF_A_LIST)}
    ones = {f"{method} {each}/{{id}}" for each, method in product(RESOURCES, OF_ONE)}
    assert set(rows()) == lists | ones


def test_each_counterpart_is_an_operation_of_the_api():
    paths = json.loads(document())["paths"]
    for seed, here in rows().items():
        assert operations(here), seed
        for method, path in operations(here):
            assert method.lower() in paths.get(path, {}), f"{seed}: {method} {path}"
