"""Errors, to Sentry or what speaks its protocol: where and why, never of whom."""

from typing import Any

import sentry_sdk
from sentry_sdk.integrations.redis import RedisIntegration

from config.logs import without_links
from web import request_ids

ADDRESSES = {"referer", "hx-current-url"}  # headers


def begin(dsn: str) -> None:
    sentry_sdk.init(
        dsn,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        # It would tell of each command before the error, by its key: whose session or address.
        disabled_integrations=[RedisIntegration()],
        before_send=_before_send,
    )


def _before_send(event: Any, _hint: dict[str, Any]) -> Any:
    """A query may hold an order's secret or what somebody searched for; a mailed link is one."""
    request = event.get("request", {})
    if "url" in request:
        request["url"] = _told(request["url"])
    for name in ("query_string", "cookies", "data", "env"):
        request.pop(name, None)
    for name, value in request.get("headers", {}).items():
        if name.lower() in ADDRESSES:
            request["headers"][name] = _told(value)
    event.setdefault("tags", {})["request_id"] = request_ids.current()
    return event


def _told(address: str) -> str:
    return without_links(address.partition("?")[0])
