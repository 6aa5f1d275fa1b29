from typing import Any

from django.utils.functional import SimpleLazyObject

from cache.flight import once
from content.models import Page
from web.request import Request


def footer(request: Request) -> dict[str, Any]:
    """The pages that every page's foot leads to: read when a template shows them."""
    return {"footer_pages": SimpleLazyObject(lambda: once("footer", _pages))}


def _pages() -> list[Page]:
    return list(Page.objects.in_footer())
