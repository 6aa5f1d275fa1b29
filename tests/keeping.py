"""What the shop keeps, in a Redis of the test's: this process and its threads use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.test import override_settings

from cache.redis import Away, Kept
from config.release import release
from services import ROOT

PATIENCE = {"SOCKET_CONNECT_TIMEOUT": 0.3, "SOCKET_TIMEOUT": 0.3, "IGNORE_EXCEPTIONS": True}


@contextmanager
def kept_in(url: str) -> Iterator[Any]:
    """An empty store, the one that a server with `REDIS_URL=store.url` has as well."""
    redis = {"BACKEND": "cache.redis.Kept", "LOCATION": url, "OPTIONS": PATIENCE}
    kept = settings.CACHES | {"kept": redis | {"KEY_PREFIX": release(ROOT)}}
    with override_settings(CACHES=kept):
        Away.until = 0.0
        store = caches["kept"]
        assert isinstance(store, Kept)
        store.url, store.redis = url, store.client.get_client()
        store.redis.flushdb()
        yield store
    Away.until = 0.0
