"""What a worker does beside its tasks: it bears request ids, shows that it lives, and counts."""

import time
from typing import Any

from celery.signals import (
    before_task_publish,
    heartbeat_sent,
    task_failure,
    task_postrun,
    task_prerun,
    worker_ready,
)
from django.conf import settings
from prometheus_client import REGISTRY, Counter, Histogram, start_http_server

from web import request_ids

WAITED = Histogram(
    "shop_task_waited_seconds",
    "From ringing for a task to its begin.",
    ["task"],
    buckets=[0.05, 0.25, 1, 5, 30, 120, 600],
)
TOOK = Histogram("shop_task_seconds", "How long a task took.", ["task"])
FAILED = Counter("shop_task_failures", "Tasks that raised.", ["task"])

_begun: dict[str, float] = {}  # of tasks that are running


@before_task_publish.connect
def _address(headers: dict[str, Any], **_: Any) -> None:
    headers["published"] = time.time()
    headers["request_id"] = request_ids.current()


@task_prerun.connect
def _begin(task_id: str, task: Any, **_: Any) -> None:
    request_ids.bear(task.request.get("request_id"))
    _begun[task_id] = time.perf_counter()
    if published := task.request.get("published"):
        WAITED.labels(task.name).observe(max(0, time.time() - published))


@task_postrun.connect
def _end(task_id: str, task: Any, **_: Any) -> None:
    if begun := _begun.pop(task_id, None):
        TOOK.labels(task.name).observe(time.perf_counter() - begun)


@task_failure.connect
def _failed(sender: Any, **_: Any) -> None:
    FAILED.labels(sender.name).inc()


@heartbeat_sent.connect
def _alive(**_: Any) -> None:
    """A container's health check looks how old the file is; asking by a message takes seconds."""
    settings.RUN_DIR.mkdir(parents=True, exist_ok=True)
    (settings.RUN_DIR / "heartbeat").touch()


@worker_ready.connect
def _serve_metrics(**_: Any) -> None:
    from config.metrics import together  # reads models, which are ready by now

    if settings.METRICS_PORT:
        counted = together() if settings.METRICS_DIR else REGISTRY
        start_http_server(settings.METRICS_PORT, settings.METRICS_HOST, registry=counted)
