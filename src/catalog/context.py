from typing import Any

from django.utils.functional import SimpleLazyObject

from catalog import kept
from web.request import Request


def categories(request: Request) -> dict[str, Any]:
    """The menu: read when a template shows it."""
    return {"categories": SimpleLazyObject(kept.tree)}
