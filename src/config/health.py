"""What a balancer, a container and Prometheus ask.

It stands before what reads a host, a session or a scheme: who asks may know none of them.
"""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, HttpResponseNotFound
from prometheus_client import CONTENT_TYPE_LATEST

from config import metrics
from web.request import Request

SECONDS = 0.3  # for each answer of Redis
INSIDE = {"", "127.0.0.1", "::1"}  # no address: over the socket, and not for a visitor


class Health:
    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response
        self.answers = {"/healthz": alive, "/readyz": ready, "/metrics": measured}

    def __call__(self, request: Request) -> HttpResponse:
        answer = self.answers.get(request.path, self.get_response)(request)
        if request.path in self.answers:
            answer["Cache-Control"] = "no-store"
        return answer


def alive(request: Request) -> HttpResponse:
    """The process answers; a database that is away is no reason to start it again."""
    return HttpResponse("alive\n", content_type="text/plain")


def ready(request: Request) -> HttpResponse:
    """Whether requests should come here. Without its Redis the shop is slower, not closed."""
    needed = {"database": _database(), "migrations": _migrations()}
    helpful = {"cache": _redis(settings.REDIS_URL), "broker": _redis(settings.CELERY_BROKER_URL)}
    is_ready = set(needed.values()) == {"ok"}
    body = json.dumps(needed | helpful) + "\n"
    return HttpResponse(body, status=200 if is_ready else 503, content_type="application/json")


def measured(request: Request) -> HttpResponse:
    if request.META.get("REMOTE_ADDR", "") not in INSIDE:
        return HttpResponseNotFound()
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_LATEST)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down"
    return "ok"


_migrated = False


def _migrations() -> str:
    """Asked until there is nothing left to do, which stays so while this code runs."""
    global _migrated
    try:
        if not _migrated:
            executor = MigrationExecutor(connection)
            _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unknown"
    return "ok" if _migrated else "waiting"


def _redis(url: str | None) -> str:
    if urlsplit(url or "").scheme not in {"redis", "rediss"}:
        return "ok"  # in this process or in files
    try:
        with metrics.asking(str(url), SECONDS) as client:
            client.ping()
    except redis.RedisError:
        return "degraded"
    return "ok"
