"""Pages that are the same for everybody leave here compressed, so that a cache has it done once."""

from typing import Any

from django.http import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class Compression(GZipMiddleware):
    """For what caches keep alone: beside a token, a page's compressed length tells of secrets."""

    max_random_bytes = 0  # which would hide them, and make the bytes differ

    def process_response(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        if "public" in response.get("Cache-Control", ""):
            return super().process_response(request, response)
        return response
