"""Export and erase: what the shop holds about a person, over all its apps.

An app that holds something has a module `personal` with `held`, `erase` and the models that these
look after; one with files of a person's has `files` as well.
"""

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.module_loading import module_has_submodule

from members import mail
from members.models import User
from orders.flows.errors import NotErased
from orders.flows.forgetting import Hindrance, hindrances_among
from orders.models import Order

Tables = dict[str, list[dict[str, Any]]]


def addresses(member: Any) -> set[str]:
    """The addresses that are proven to be a member's, in small letters."""
    found = EmailAddress.objects.filter(user=member, verified=True)
    return {email.lower() for email in found.values_list("email", flat=True)}


def export(member: Any, emails: set[str]) -> dict[str, Tables]:
    """Everything held about a person, by app and table; `member` is None for a guest."""
    held = {name: module.held(member, emails) for name, module in personal().items()}
    return {name: tables for name, tables in held.items() if tables}


def files(member: Any, emails: set[str]) -> Iterator[tuple[str, Any]]:
    """(name, open file) of what the person has uploaded."""
    for name, module in personal().items():
        if hasattr(module, "files"):
            yield from ((f"{name}/{each}", file) for each, file in module.files(member, emails))


def hindrances(member: Any, emails: set[str]) -> list[Hindrance]:
    """The orders that have to be done with before a person can be erased."""
    return hindrances_among(Order.objects.of(member, emails))


@transaction.atomic
def erase(member: Any, emails: set[str]) -> None:
    """Erase a person: all of it or nothing, and once more does nothing. Raises NotErased.

    The sessions go first, as in every transaction, so nobody orders in them meanwhile. One mail
    tells of it, which leaves the outbox when it is sent.
    """
    if member and member.is_superuser:
        list(_superusers().select_for_update(no_key=True).order_by("pk"))  # of two, one stays
        if is_last_superuser(member):
            raise NotErased([])
    known = bool(member) or any(any(tables.values()) for tables in export(None, emails).values())
    language = _language(member, emails)
    for module in personal().values():
        module.erase(member, emails)
    with translation.override(language):
        for email in _mailboxes(member, emails) if known else ():
            mail.send("erased", email, {}, kept=False)
    if member:
        member.delete()  # last: the others have found their rows by it


def _language(member: Any, emails: set[str]) -> str:
    """The one that a person reads mails in."""
    orders = Order.objects.of(None, emails).order_by("-pk")
    told = member.language if member else orders.values_list("language", flat=True).first()
    return told or translation.get_language() or settings.LANGUAGE_CODE


def _mailboxes(member: Any, emails: set[str]) -> set[str]:
    return emails | ({member.email.lower()} if member else set())


def is_last_superuser(member: Any) -> bool:
    """Whether nobody would be left who may do everything."""
    return member.is_superuser and not _superusers().exclude(pk=member.pk).exists()


def _superusers() -> QuerySet[User]:
    return User.objects.filter(is_superuser=True, is_active=True)


def personal() -> dict[str, ModuleType]:
    """The `personal` module of every app that has one, in the order of INSTALLED_APPS."""
    return {
        app.label: import_module(f"{app.name}.personal")
        for app in apps.get_app_configs()
        if app.module and module_has_submodule(app.module, "personal")
    }
