"""Mails to a person. What account mails say is left out of an export: codes to sign in."""

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from outbox.models import Message

MODELS = [Message]
TOLD = ("to", "kind", "subject", "language", "created_at", "sent_at")


def _of(member: Any, emails: set[str]) -> QuerySet[Message]:
    theirs = Q(address__in=emails)
    if member:
        theirs |= Q(address=member.email.lower()) | Q(about__startswith=f"account:{member.pk}:")
    # The one that tells of being erased goes by itself when it is sent.
    found = Message.objects.filter(kept=True).annotate(address=Lower("to"))
    return found.filter(theirs).order_by("pk")


def held(member: Any, emails: set[str]) -> dict[str, list[dict]]:
    rows = [
        {name: getattr(mail, name) for name in TOLD}
        | ({} if mail.about.startswith("account:") else {"text": mail.text})
        for mail in _of(member, emails)
    ]
    return {"mails": rows}


def erase(member: Any, emails: set[str]) -> None:
    _of(member, emails).delete()
