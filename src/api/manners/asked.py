"""What is sent: its types are looked at here, and all else by the form that the page has too."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.manners.problems import Problem

WRONG_TYPE = _("This is not of the right type.")


class Typed(serializers.Field):
    """A JSON value of one type; `schema` is what else its schema says."""

    kind: type[Any] = str
    schema: dict[str, Any] = {"type": "string"}

    default_error_messages = {"null": WRONG_TYPE}

    def __init__(self, says: str = "", *, schema: dict[str, Any] | None = None, **more: Any):
        super().__init__(help_text=says, **more)
        self.schema = self.schema | (schema or {})

    def to_internal_value(self, data: Any) -> Any:
        if type(data) is not self.kind:
            raise serializers.ValidationError(WRONG_TYPE)
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class Text(Typed):
    pass


class Whole(Typed):
    """A whole number that a database can hold."""

    kind, schema = int, {"type": "integer"}

    def to_internal_value(self, data: Any) -> int:
        number = super().to_internal_value(data)
        if abs(number) >= 2**63:
            raise serializers.ValidationError(gettext("This number is too large."))
        return int(number)


class Yes(Typed):
    kind, schema = bool, {"type": "boolean"}


class Asked(serializers.Serializer[Any]):
    """The shape of a body. What is missing is told by the form, in its own words."""

    @classmethod
    def of(cls, request: Any) -> dict[str, Any]:
        """What was sent, of the right types. Raises Problem."""
        read = cls(data=request.data, partial=True)
        if not read.is_valid():
            raise Problem("refused", wrong=list(_flat(read.errors)))
        return dict(read.validated_data)


def _flat(errors: Any, at: str = "") -> Any:
    """(pointer, words) of DRF's nested errors."""
    if isinstance(errors, dict):
        for name, inner in errors.items():
            yield from _flat(inner, at if name == "non_field_errors" else f"{at}/{name}")
    elif errors and isinstance(errors[0], dict):
        for n, inner in enumerate(errors):
            yield from _flat(inner, f"{at}/{n}")
    else:
        yield from ((at, str(words)) for words in errors)


def heard[F: Any](form: F, pointer: Callable[[str], str] = "/{}".format) -> F:
    """The form, if it is valid; else what is wrong with it, told by pointers into the body."""
    if form.is_valid():
        return form
    wrong = [
        ("" if name == NON_FIELD_ERRORS else pointer(name), str(words))
        for name, errors in form.errors.items()
        for words in errors
    ]
    raise Problem("refused", wrong=wrong)
