"""Files that no row knows: their deletion failed, or what was to name them was rolled back."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.files.storage import Storage
from django.utils import timezone


def clear(storage: Storage, folder: str, known: Collection[str], after: timedelta) -> None:
    """Delete the files of `folder` whose names are not `known` and that are older than `after`,
    so that a row of a file just stored has the time to be written. Raises OSError.
    """
    for name in _names(storage, folder):
        if name not in known and _written(storage, name) < timezone.now() - after:
            storage.delete(name)


def _names(storage: Storage, folder: str) -> list[str]:
    try:
        return [f"{folder}/{name}" for name in storage.listdir(folder)[1]]
    except FileNotFoundError:
        return []


def _written(storage: Storage, name: str) -> datetime:
    try:
        return storage.get_modified_time(name)
    except FileNotFoundError:  # somebody else has deleted it
        return timezone.now()
