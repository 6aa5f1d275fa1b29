"""The schema's examples were really asked and answered, and are as they would be today.

With EXAMPLES=write they are written anew.
"""

import json
import os
from typing import Any

import jsonschema
import pytest

from api.schema.document import document
from api.schema.hooks import EXAMPLES, operations
from walking import walk

pytestmark = pytest.mark.whole


@pytest.fixture
def walked(demo) -> Any:
    return walk()


def form(value: Any) -> Any:
    """The names in it, without what stands there."""
    if isinstance(value, dict):
        return {name: form(inner) for name, inner in value.items()}
    return [form(value[0])] if isinstance(value, list) and value else ...


def test_the_walk_comes_through_every_operation_and_the_examples_are_of_today(walked):
    if os.environ.get("EXAMPLES") == "write":
        EXAMPLES.write_text(json.dumps(shortened(walked), indent=1, ensure_ascii=False) + "\n")
    known = json.loads(EXAMPLES.read_text())
    schema = json.loads(document())
    assert {each["operationId"] for each in operations(schema)} == set(walked) == set(known)
    for name, told in shortened(walked).items():
        assert form(told.get("request")) == form(known[name].get("request")), name
        assert form(told.get("response")) == form(known[name].get("response")), name


def test_answers_are_as_the_schema_says(walked):
    schema = json.loads(document())
    for operation in operations(schema):
        told = walked[operation["operationId"]]
        content = operation["responses"][str(told["status"])].get("content", {})
        assert bool(content) == ("response" in told), operation["operationId"]
        for kind in content.values():
            jsonschema.Draft202012Validator(
                kind["schema"] | {"components": schema["components"]}
            ).validate(told["response"])
        for kind in operation.get("requestBody", {}).get("content", {}).values():
            jsonschema.Draft202012Validator(
                kind["schema"] | {"components": schema["components"]}
            ).validate(told["request"])


def shortened(value: Any) -> Any:
    """Of a list, the first two."""
    if isinstance(value, dict):
        return {name: shortened(inner) for name, inner in value.items()}
    return [shortened(inner) for inner in value[:2]] if isinstance(value, list) else value
