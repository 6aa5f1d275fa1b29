"""Pages that are the same for everybody leave here compressed, so that a cache has it done once."""

from typing import Any

from django.http import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class Compression(GZipMiddleware):
    """For what caches keep alone. What is one's own is compressed by Nginx on its way out.

    That its length tells no secret is in docs/decisions/0023-pieces.md.
    """

    max_random_bytes = 0  # they hide a length, and there is no secret here; the bytes would differ

    def process_response(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        if "public" in response.get("Cache-Control", ""):
            return super().process_response(request, response)
        return response
