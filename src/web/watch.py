"""The outermost middleware: it names each request and measures it."""

import time
from collections.abc import Callable

from django.http import HttpResponse
from prometheus_client import Histogram

from cache.versions import steady
from web import request_ids
from web.request import Request

REQUESTS = Histogram(
    "shop_request_seconds",
    "Requests by view, method and status, and how long they took.",
    ["view", "method", "status"],
    buckets=[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
)
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}  # anybody can invent others, and fill the memory


class Watch:
    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        begun = time.perf_counter()
        request_ids.bear(request.headers.get("X-Request-ID"))
        with steady():
            response = self.get_response(request)
        match = request.resolver_match
        view = (match.view_name or match.route) if match else "none"
        method = request.method if request.method in METHODS else "other"
        seconds = time.perf_counter() - begun
        REQUESTS.labels(view, method, response.status_code).observe(seconds)
        return response
