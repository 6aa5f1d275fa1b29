"""How an operation is read off a view: drf-spectacular's way, and the manners that all share."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from api.manners.once import HEADER, LONGEST
from api.manners.problems import KINDS, TYPE

ONCE = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"^[\x21-\x7e]+$"},
    OpenApiParameter.HEADER,
    description="Send the same again with the same key: it is done once and answered alike.",
)


class Inspector(AutoSchema):
    view: Any

    def get_override_parameters(self) -> list[Any]:
        more = [ONCE] if getattr(self.handler, "once", False) else []
        return [*super().get_override_parameters(), *more]

    def get_tags(self) -> list[str]:
        return [self.view.tag]

    def _get_serializer_name(self, serializer: Any, *more: Any) -> str:
        name = super()._get_serializer_name(serializer, *more)
        return str(name).removesuffix("Shape")

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        found = super()._get_response_bodies(direction)
        told = {
            str(code): {"$ref": f"#/components/responses/{name_of(code)}"} for code in self.wrong
        }
        return found | told

    def get_operation(self, *where: Any) -> Any:
        told: Any = super().get_operation(*where)
        if told and self.view.authentication_classes:
            named = " and ".join(f"`{each}`" for each in sorted(self.view.scopes))
            needs = f"A token needs {named}." if named else "Any token will do."
            told["description"] = f"{told['description']}\n\n{needs}"
        return told

    def get_auth(self) -> list[Any]:
        """A token with what it must be for. Without any of them one is a guest, where guests may
        do it."""
        needs = {"token": sorted(self.view.scopes)}
        found = [{name: needs.get(name, []) for name in each} for each in super().get_auth()]
        return [*found, {}] if self.view.for_guests and found else found

    @property
    def handler(self) -> Any:
        return getattr(self.view, self.method.lower())

    @property
    def wrong(self) -> list[int]:
        """The statuses of the problems that may come of it."""
        found = {429, *getattr(self.handler, "also", ())}
        if self.view.authentication_classes:
            found |= {401, 403}
        if self.method != "GET" and self.view.authentication_classes:
            found |= {409}
        if "{" in self.path:
            found |= {404}
        if self.method in {"POST", "PUT", "PATCH"}:
            found |= {400, 415, 422}
        return sorted(found)


def name_of(status: int) -> str:
    return f"Problem{status}"


PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Leads to the guide."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(KINDS)},
        "detail": {"type": "string", "description": "For people, in the language asked for."},
        "lacks": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What a token would have to be for as well.",
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
                "required": ["pointer", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "code"],
}


def components() -> dict[str, Any]:
    """For the schema: one response for each status that a problem may have."""
    statuses = sorted({status for status, _title in KINDS.values()})
    return {
        "schemas": {"Problem": PROBLEM},
        "responses": {name_of(status): _response(status) for status in statuses},
    }


def _response(status: int) -> dict[str, Any]:
    kinds = {code: title for code, (known, title) in KINDS.items() if known == status}
    examples = {
        code: {
            "value": {"type": f"/api/guide/#problem-{code}", "title": str(title)}
            | {"status": status, "code": code}
        }
        for code, title in kinds.items()
    }
    return {
        "description": "; ".join(f"{code}: {title}" for code, title in kinds.items()),
        "content": {
            TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}
        },
    }
