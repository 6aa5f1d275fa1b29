"""One of every mail that the shop can send, written as it would be, and never sent.

An app that writes mails has a module `samples` with `SAMPLES`: by kind, what writes such a mail in
the language that is active and gives it back.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import translation
from django.utils.module_loading import module_has_submodule

from outbox.models import Message

READER, NAME = "ada@example.com", "Ada Byron"  # whom the samples are to


@cache
def samples() -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = {}
    for app in apps.get_app_configs():
        if app.module and module_has_submodule(app.module, "samples"):
            found |= import_module(f"{app.name}.samples").SAMPLES
    return {kind: found[kind] for kind in sorted(found)}


@transaction.atomic
def written(language: str, *kinds: str) -> list[Message]:
    """A sample of each, or of all. No row of theirs stays. Raises KeyError for an unknown kind."""
    with translation.override(language):
        found = [samples()[kind]() for kind in kinds or samples()]
    transaction.set_rollback(True)
    return found
