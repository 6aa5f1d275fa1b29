"""What Prometheus reads: what the processes counted, and the shop's state as the database has it.

With PROMETHEUS_MULTIPROC_DIR (see ops/web) the processes of an instance write their counts into one
folder, and each of them can say the sum.
"""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, DurationField, ExpressionWrapper, Min
from django.db.models.functions import Now
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from orders.models import Order
from outbox.models import Message

QUEUE = "celery"


def text() -> bytes:
    registry = CollectorRegistry()
    registry.register(State())
    return _counted() + generate_latest(registry)


def _counted() -> bytes:
    return generate_latest(together() if settings.METRICS_DIR else REGISTRY)


def together() -> CollectorRegistry:
    """What all processes of this instance have counted, those included that have ended."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=settings.METRICS_DIR)
    return registry


class State(Collector):
    """Every instance says the same of it: take the highest, not the sum."""

    def collect(self) -> Iterable[Metric]:
        yield from _queue()
        up = GaugeMetricFamily("shop_database_up", "Whether the database answers.")
        try:
            yield from _rows()
            up.add_metric([], 1)
        except DatabaseError:
            up.add_metric([], 0)
        yield up


def _rows() -> Iterator[Metric]:
    orders = GaugeMetricFamily("shop_orders", "Orders by state.", labels=["state"])
    counts = dict(Order.objects.order_by().values_list("state").annotate(Count("pk")))
    for state in Order.State.values:
        orders.add_metric([state], counts.get(state, 0))
    waiting = Message.objects.filter(sent_at=None).aggregate(
        count=Count("pk"),
        age=ExpressionWrapper(Now() - Min("created_at"), output_field=DurationField()),
    )
    age = waiting["age"].total_seconds() if waiting["age"] else 0
    yield orders
    yield _gauge("shop_outbox_waiting", "Mails that are not sent.", waiting["count"])
    yield _gauge("shop_outbox_oldest_seconds", "Age of the oldest of them.", age)


def _queue() -> Iterator[Metric]:
    """What waits for a worker; of a queue in files nothing is said."""
    if urlsplit(settings.CELERY_BROKER_URL).scheme not in {"redis", "rediss"}:
        return
    try:
        with asking(settings.CELERY_BROKER_URL, 0.3) as client:
            length, oldest = client.llen(QUEUE), client.lindex(QUEUE, -1)
    except redis.RedisError:
        return
    age = time.time() - _published(oldest) if oldest else 0
    yield _gauge("shop_queue_waiting", "Tasks that wait for a worker.", length)
    yield _gauge("shop_queue_oldest_seconds", "How long the oldest of them has waited.", age)


def _published(message: Any) -> float:
    return float(json.loads(message)["headers"].get("published") or time.time())


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


@contextmanager
def asking(url: str, seconds: float) -> Iterator[Any]:
    """A Redis that is asked once and must answer within `seconds`. Raises redis.RedisError."""
    client = redis.Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds)
    try:
        yield client
    finally:
        client.close()
