"""The account: who it is, how they sign in and where they are, addresses, what they did as editor.

What proves who somebody is (passwords, keys, codes) is erased and never exported.
"""

from functools import reduce
from operator import or_
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db.models import Q

from members.models import Address, User

MODELS = [User, Address, EmailAddress, EmailConfirmation, Authenticator, UserSession, LogEntry]
OF_ACCOUNT = ("email", "name", "language", "date_joined", "last_login", "is_staff")


def held(member: Any, emails: set[str]) -> dict[str, list[dict]]:
    if member is None:
        return {}
    return {
        "account": [{name: getattr(member, name) for name in OF_ACCOUNT}],
        "email_addresses": _rows(EmailAddress, member, "email", "verified", "primary"),
        "addresses": _addresses(member),
        "second_steps": _rows(Authenticator, member, "type", "created_at", "last_used_at"),
        "signed_in": _rows(UserSession, member, "ip", "user_agent", "created_at", "last_seen_at"),
        "admin_log": _rows(LogEntry, member, "action_time", "object_repr", "change_message"),
    }


def _rows(model: Any, member: Any, *fields: str) -> list[dict]:
    return list(model.objects.filter(user=member).order_by("pk").values(*fields))


def _addresses(member: Any) -> list[dict]:
    return list(member.addresses.values("label", "postal", "phone", "default"))


def erase(member: Any, emails: set[str]) -> None:
    """All but the account itself, by which the other apps find their rows: flows.erase ends it."""
    _forget_in_the_log(member, emails | ({member.email} if member else set()))
    Address.objects.filter(member=member).delete()
    for model in (EmailAddress, Authenticator, UserSession, LogEntry):
        model.objects.filter(user=member).delete()


def _forget_in_the_log(member: Any, emails: set[str]) -> None:
    """The admin's log goes on telling that something was done, and not to whom."""
    named = [Q(object_repr__icontains=email) for email in emails]
    if member:
        about = {"content_type__app_label": "members", "content_type__model": "user"}
        named.append(Q(**about, object_id=str(member.pk)))
    LogEntry.objects.filter(reduce(or_, named, Q(pk=None))).update(
        object_repr="", change_message=""
    )
