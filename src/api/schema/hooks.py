"""What the schema says of all operations together: problems, examples, and what leads where."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from api.schema.inspector import components
from api.schema.links import LINKS

EXAMPLES = Path(__file__).with_name("examples.json")


def completed(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    for kind, more in components().items():
        result["components"].setdefault(kind, {}).update(more)
    for operation in operations(result):
        _exemplify(operation, examples().get(operation["operationId"], {}))
        _lead_on(operation)
    return result


def operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in schema["paths"].values():
        yield from methods.values()


@cache
def examples() -> dict[str, Any]:
    """What was really asked and answered, by operation; ops/tools/examples.py writes it."""
    return json.loads(EXAMPLES.read_text()) if EXAMPLES.exists() else {}


def _exemplify(operation: dict[str, Any], example: dict[str, Any]) -> None:
    for kind in operation.get("requestBody", {}).get("content", {}).values():
        if "request" in example:
            kind["example"] = example["request"]
    for kind in _good(operation).get("content", {}).values():
        if "response" in example:
            kind["example"] = example["response"]
    for parameter in operation.get("parameters", []):
        if parameter["name"] in example.get("parameters", {}):
            parameter["example"] = example["parameters"][parameter["name"]]


def _lead_on(operation: dict[str, Any]) -> None:
    if links := LINKS.get(operation["operationId"]):
        _good(operation)["links"] = links


def _good(operation: dict[str, Any]) -> dict[str, Any]:
    """The answer to what went well."""
    return next(told for code, told in operation["responses"].items() if code.startswith("2"))
