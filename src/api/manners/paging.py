"""Pages of lists that grow.

A page begins after a thing that is named, so that what comes in or goes meanwhile shifts nothing.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from api.manners.problems import Problem
from web.head import absolute


def limit_of(request: Any, usual: int, most: int) -> int:
    """How many things the page is to hold. Raises Problem."""
    typed = request.GET.get("limit") or str(usual)
    if typed.isascii() and typed.isdigit() and len(typed) < 4 and 1 <= int(typed) <= most:
        return int(typed)
    words = gettext("Choose from 1 to %(most)s.") % {"most": most}
    raise Problem("refused", wrong=[("limit", words)])


def next_page(request: HttpRequest, after: Any) -> str | None:
    """The address of the page that comes after this thing; None where there is nothing left."""
    if not after:
        return None
    query = request.GET.copy()
    query["after"] = str(after)
    return absolute(f"{request.path}?{query.urlencode()}")
