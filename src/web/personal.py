"""Sessions: those that a person is signed in with, and those that hold an address of theirs.

A session's row is signed and compressed text, so each one is opened to look for a person.
"""

from collections.abc import Iterator
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

MODELS = [Session]
HIDDEN = (
    "_",
    "account",
    "mfa",
    "socialaccount",
)  # how keys begin that are about signing in, and hold secrets


def held(member: Any, emails: set[str]) -> dict[str, list[dict]]:
    rows = [
        {"expires_at": row.expire_date} | _told(data) for row, data in _sessions(member, emails)
    ]
    return {"sessions": rows}


def erase(member: Any, emails: set[str]) -> None:
    """End them, on all devices."""
    keys = [row.pk for row, _data in _sessions(member, emails)]
    Session.objects.filter(pk__in=keys).delete()


def _told(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if not key.startswith(HIDDEN)}


def _sessions(member: Any, emails: set[str]) -> Iterator[tuple[Session, dict[str, Any]]]:
    known = emails | ({member.email.lower()} if member else set())
    for row in Session.objects.order_by("pk").iterator():
        data = row.get_decoded()
        if _is_signed_in(member, data) or any(leaf in known for leaf in _leaves(data)):
            yield row, data


def _is_signed_in(member: Any, data: dict[str, Any]) -> bool:
    """Also one who has still to take the second step, or to enter a mailed code."""
    if member is None:
        return False
    coming = (data.get("account_login") or {}).get("user_pk")
    return data.get(SESSION_KEY) == str(member.pk) or coming == user_pk_to_url_str(member)


def _leaves(value: Any) -> Iterator[str]:
    """Every text in it, in small letters."""
    if isinstance(value, str):
        yield value.lower()
    elif isinstance(value, dict):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each)
