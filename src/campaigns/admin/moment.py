from contextlib import suppress
from datetime import datetime
from typing import Any

from django import forms

WRITTEN = "%Y-%m-%dT%H:%M"  # as the browser's own picker has it
FORMATS = [WRITTEN, f"{WRITTEN}:%S", "%Y-%m-%d %H:%M"]


class MomentInput(forms.DateTimeInput):
    """A browser's own picker. What that cannot show stands in a plain field, to be mended."""

    def __init__(self) -> None:
        super().__init__(format=WRITTEN)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        context["widget"]["type"] = "datetime-local" if _is_moment(shown) else "text"
        return context


def _is_moment(shown: str | None) -> bool:
    for form in FORMATS[:2]:
        with suppress(ValueError):
            return not shown or bool(datetime.strptime(shown, form))  # noqa: DTZ007
    return False
