"""Sessions in the database whose saves merge by key.

A session is one row. A request that saved its whole copy would undo what a parallel request wrote
under another key, so a save locks the row, reads it again and applies only the keys that this
request changed. A row that has gone is never written again: it was signed out or cleared.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.sessions import middleware
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class SessionStore(db.SessionStore):
    """Values are JSON; keys are strings."""

    def load(self) -> dict[str, Any]:
        data = super().load()
        self._loaded = _encoded(data)
        return data

    def save(self, must_create: bool = False) -> None:
        """Write this request's own changes. Raise UpdateError if the row has gone."""
        if self.session_key is None or must_create:
            super().save(must_create)
            self._loaded = _encoded(self._get_session(no_load=must_create))
        elif self._changes():
            with self.locked():
                pass

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the session's row: what is read inside is current, what is changed is saved.

        The first lock of every transaction (session, member's cart, order, attempt, variants).
        Raises UpdateError if the row has gone. An exception inside undoes the changes.
        """
        if self.session_key is None:
            self.create()
        try:
            with transaction.atomic():
                row = self._rows(self.session_key).select_for_update().first()
                if row is None:
                    raise UpdateError
                changes = self._changes()
                data = self.decode(row.session_data)
                self._loaded = _encoded(data)
                self._session_cache = _applied(data, changes)
                yield
                if self._changes():
                    row.session_data = self.encode(self._session_cache)
                    row.expire_date = self.get_expiry_date()
                    row.save(update_fields=["session_data", "expire_date"])
                    self._loaded = _encoded(self._session_cache)
                    self.modified = True
        except BaseException:
            self.__dict__.pop("_session_cache", None)
            raise

    def exists(self, session_key: str) -> bool:
        return self._rows(session_key).exists()

    def _rows(self, session_key: str | None) -> QuerySet[Any]:
        """The row, unless it has expired: a late change must not bring it back."""
        return self.model.objects.filter(pk=session_key, expire_date__gt=timezone.now())

    def cycle_key(self) -> None:
        super().cycle_key()
        self._loaded = _encoded(self._session_cache)

    def _changes(self) -> dict[str, str | None]:
        """Key → new encoding, None where the key was removed."""
        if not hasattr(self, "_session_cache"):
            return {}
        now, before = _encoded(self._session_cache), getattr(self, "_loaded", {})
        changed = {key: text for key, text in now.items() if before.get(key) != text}
        return changed | dict.fromkeys(before.keys() - now.keys())


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, but a session that went away meanwhile is no error of the shopper's."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if session.modified and session.session_key and response.status_code < 500:
            try:
                session.save()
            except UpdateError:
                # Signed out elsewhere, or cleared: what this request noted is dropped with it.
                session.modified = False
        return super().process_response(request, response)


def _encoded(data: dict[str, Any]) -> dict[str, str]:
    return {key: json.dumps(value) for key, value in data.items()}


def _applied(data: dict[str, Any], changes: dict[str, str | None]) -> dict[str, Any]:
    kept = {key: value for key, value in data.items() if key not in changes}
    return kept | {key: json.loads(text) for key, text in changes.items() if text is not None}
