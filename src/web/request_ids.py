"""The name by which a request is found again in every log: Nginx's, the server's, the worker's."""

import re
import uuid
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the request, or of the task that a request rang for; empty outside of both."""
    return _current.get()


def bear(given: str | None) -> None:
    """From here on, bear the id that Nginx gave, 32 hexadecimal digits, or one of our own.

    Nobody takes it off: the last that is said of a request is said when its answer is made.
    """
    is_one = given and re.fullmatch("[0-9a-f]{32}", given)
    _current.set(given if given and is_one else uuid.uuid4().hex)
