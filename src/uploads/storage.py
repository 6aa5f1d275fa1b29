"""Files on a disk: whole or not at all, and none that belongs to nothing.

Those in an object store keep the same promises (`uploads.bucket`).
"""

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.files.storage import FileSystemStorage

log = logging.getLogger(__name__)
_stored: ContextVar[list[tuple[Any, str]] | None] = ContextVar("stored", default=None)


class NotStored(OSError):
    """The disk or the store did not take the file; nothing of it is left."""


class Whole(FileSystemStorage):
    """Writes a file beside its place, then puts it there: nobody ever reads half of one."""

    def _save(self, name: str, content: Any) -> str:
        beside = f"{name}.{secrets.token_hex(4)}.part"
        try:
            super()._save(beside, content)  # type: ignore[misc]
            name = self._put(beside, name)
        except OSError as error:
            log.exception("%s was not stored", name)
            raise NotStored(*error.args) from error
        finally:
            self.delete(beside)
        note(self, name)
        return name

    def _put(self, beside: str, name: str) -> str:
        while True:
            try:
                os.link(self.path(beside), self.path(name))
                return name
            except FileExistsError:
                name = self.get_available_name(name)


def note(storage: Any, name: str) -> None:
    """A file that `all_or_nothing` deletes again if need be."""
    if (noted := _stored.get()) is not None:
        noted.append((storage, name))


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """What is stored inside is deleted again if it raises, as the database's rows are."""
    noted: list[tuple[Any, str]] = []
    token = _stored.set(noted)
    try:
        yield
    except BaseException:
        for storage, name in noted:
            _delete(storage, name)
        raise
    finally:
        _stored.reset(token)


def _delete(storage: Any, name: str) -> None:
    """What went wrong is told by who raised it, not by a store that is away by now."""
    try:
        storage.delete(name)
    except OSError:
        log.exception("%s is left and belongs to nothing", name)
