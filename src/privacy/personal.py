"""The export itself is held too, for a few days; it goes with the person, and so does its file."""

from functools import partial
from typing import Any

from django.core.files.storage import storages
from django.db import transaction

from privacy.models import Export

MODELS = [Export]


def held(member: Any, emails: set[str]) -> dict[str, list[dict]]:
    if member is None:
        return {}
    rows = Export.objects.filter(member=member).values("asked_at", "ready_at", "expires_at")
    return {"exports": [dict(row) for row in rows]}


def erase(member: Any, emails: set[str]) -> None:
    if member is None:
        return
    for export in Export.objects.filter(member=member).exclude(name=""):
        transaction.on_commit(partial(storages["private"].delete, export.path), robust=True)
    Export.objects.filter(member=member).delete()
