"""Sessions in the database whose saves merge by key.

A session is one row. A request that saved its whole copy would undo what a parallel request wrote
under another key, so a save locks the row, reads it again and applies only the keys that this
request changed. A row that has gone is never written again: it was signed out or cleared.

Where there is Redis, a guest's session is read from a copy there, as long as it holds nothing but
what SESSION_KEPT_KEYS names. Anything else, a sign-in above all, is read from the row alone, so
that no copy can bring it back. The browser says by a cookie which turn of its session it has seen;
an older copy is not believed (docs/decisions/0021-sessions.md).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.sessions import middleware
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from web import copies

TURN = "_turn"
LONGEST = 40  # characters of a key, which is a primary key
DIGITS = 15  # of a turn, which grows by one


class SessionStore(db.SessionStore):
    """Values are JSON; keys are strings."""

    turn = 0  # grows with each change that somebody may see on a page
    seen: int | None = None  # the turn that the browser knows of
    moved = False  # set under the lock: what its pages show has changed in other rows

    def load(self) -> dict[str, Any]:
        copy = copies.read(self.session_key, self.seen)
        if copy is None:
            data = super().load()
            copies.write(self.session_key, self.turn, data)
        else:
            self.turn, data = copy
        self._loaded = _encoded(data)
        return data

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        data = super().decode(session_data)
        self.turn = data.pop(TURN, 0)
        return data

    def encode(self, session_dict: dict[str, Any]) -> str:
        return super().encode(session_dict | {TURN: self.turn})

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
                changes = self._changes()
                if changes or self.moved:
                    loud = changes.keys() - set(settings.SESSION_QUIET_KEYS)
                    self.turn += bool(loud or self.moved)
                    row.session_data = self.encode(self._session_cache)
                    row.expire_date = self.get_expiry_date()
                    row.save(update_fields=["session_data", "expire_date"])
                    self._loaded = _encoded(self._session_cache)
                    self.modified = True
                    copy = partial(
                        copies.write, self.session_key, self.turn, dict(self._session_cache)
                    )
                    transaction.on_commit(copy)
        except BaseException:
            self.__dict__.pop("_session_cache", None)
            raise
        finally:
            self.moved = False

    def delete(self, session_key: str | None = None) -> None:
        super().delete(session_key)
        if gone := session_key or self.session_key:
            transaction.on_commit(partial(copies.forget, gone))

    def exists(self, session_key: str) -> bool:
        return self._validate_session_key(session_key) and self._rows(session_key).exists()

    def _validate_session_key(self, key: str | None) -> bool:
        """Only what Django makes of letters and digits: a database cannot even be asked for all."""
        return key is not None and 8 <= len(key) <= LONGEST and key.isascii() and key.isalnum()

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

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        known = request.COOKIES.get(settings.SESSION_TURN_COOKIE_NAME, "")
        is_turn = known.isascii() and known.isdigit() and len(known) <= DIGITS
        request.session.seen = int(known) if is_turn else None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if session.modified and session.session_key and response.status_code < 500:
            try:
                session.save()
            except UpdateError:
                # Signed out elsewhere, or cleared: what this request noted is dropped with it.
                session.modified = False
        response = super().process_response(request, response)
        if session.session_key and session.accessed:
            if session.turn != session.seen:
                self._tell_turn(session, response)
            elif session.session_key == request.COOKIES.get(settings.SESSION_COOKIE_NAME):
                # Any cookie that is set, even to what it was, drops pages from Back.
                response.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        return response

    def _tell_turn(self, session: Any, response: HttpResponse) -> None:
        """Scripts cannot read it; that it changes drops pages with an old cart from Back."""
        response.set_cookie(
            settings.SESSION_TURN_COOKIE_NAME,
            str(session.turn),
            max_age=settings.SESSION_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )


def _encoded(data: dict[str, Any]) -> dict[str, str]:
    return {key: json.dumps(value) for key, value in data.items()}


def _applied(data: dict[str, Any], changes: dict[str, str | None]) -> dict[str, Any]:
    kept = {key: value for key, value in data.items() if key not in changes}
    return kept | {key: json.loads(text) for key, text in changes.items() if text is not None}
