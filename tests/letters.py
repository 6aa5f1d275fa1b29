"""Somebody who asks for letters: plain forms, and the mails' links."""

import re
from typing import Any

from django.core.cache import cache
from django.test import Client

from newsletter.models import Choice, Source, Subscriber, Topic
from outbox.models import Message

ADA = "ada@example.com"


def sign_up(email: str = ADA, to: str = "", follow: bool = False, **fields: str) -> Any:
    """From the foot of a page, as a new visitor does."""
    cache.clear()  # what others asked too often
    return Client().post(f"{to}/newsletter/", {"email": email} | fields, follow=follow)


def link(page: str, email: str = ADA) -> str:
    """The path of the newest link of this kind that was mailed there."""
    texts = Message.objects.filter(to=email).order_by("-pk").values_list("text", flat=True)
    found = re.search(rf"https?://[^/\s]+(\S*/newsletter/{page}/\S+)", "\n".join(texts))
    assert found, f"no link to {page} among {len(texts)} mails"
    return found[1]


def chosen(language: str = "en", *topics: Topic) -> Choice:
    return Choice(language, list(topics))


def on_the_list(email: str = ADA, language: str = "en", member: Any = None) -> Subscriber:
    """Somebody who has all topics."""
    choice = chosen(language, *Topic.objects.filter(offered=True))
    Subscriber.objects.join(email, member, choice, Source("test", None, "2026-11"))
    return Subscriber.objects.get(email=email)


def mails(email: str = ADA) -> list[str]:
    """What kinds were written there, oldest first."""
    found = Message.objects.filter(to=email).order_by("pk").values_list("kind", flat=True)
    return [kind.removeprefix("newsletter_") for kind in found]
