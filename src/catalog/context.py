from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from catalog.models import Category


def categories(request: HttpRequest) -> dict[str, Any]:
    """The menu: read when a template shows it."""
    return {"categories": SimpleLazyObject(Category.objects.tree)}
