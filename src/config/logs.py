import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from web import request_ids

LINKS = re.compile("(?<=/newsletter/)(confirm|preferences|leave)/[^/]+")


def without_links(address: str) -> str:
    """A link that was mailed changes what its reader gets, whoever has it."""
    return LINKS.sub(r"\1/-", address)


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for machines that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := request_ids.current():
            entry["request_id"] = request_id
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


class Strangers(logging.Filter):
    """Who asks for a host that is not ours is no error of ours: one line, no traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = None
        return True


class Links(logging.Filter):
    """Django tells the path of what was not found, or failed."""

    def filter(self, record: logging.LogRecord) -> bool:
        told = record.args if isinstance(record.args, tuple) else ()
        record.args = tuple(without_links(a) if isinstance(a, str) else a for a in told)
        return True


def logging_to(formatter: str) -> dict[str, Any]:
    """Django's LOGGING: everything goes to stderr, as "text" or as "json"."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "json": {"()": "config.logs.JsonFormatter"},
        },
        "filters": {
            "strangers": {"()": "config.logs.Strangers"},
            "links": {"()": "config.logs.Links"},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": formatter}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.request": {"filters": ["links"]},
            "django.security.DisallowedHost": {"filters": ["strangers"]},
        },
    }
