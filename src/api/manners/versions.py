"""If-Match: who changes something says which version they have seen, and nobody overwrites another.

A version is compared by what stands in its quotes: Nginx marks it as weak (W/) where it compresses.
"""

import hashlib
from typing import Any

from django.utils.http import parse_etags

from api.manners.problems import Problem


def version_of(*values: Any) -> str:
    return '"' + hashlib.sha256(repr(values).encode()).hexdigest()[:20] + '"'


def match(request: Any, *versions: str) -> None:
    """Raises Problem if none of these versions was seen. To be called under the thing's lock."""
    seen = parse_etags(request.headers.get("If-Match", ""))
    if not seen:
        raise Problem("unconditional")
    if seen != ["*"] and {each.removeprefix("W/") for each in seen}.isdisjoint(versions):
        raise Problem("changed")
