"""The mails about what somebody writes to the shop, HTML and text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from outbox.kinds import Kind
from outbox.look import written
from outbox.models import Message as Mail
from outbox.post import post

if TYPE_CHECKING:
    from contact.models import Message, Thread

TO_SHOP = Kind("to_shop")
RECEIVED = Kind("received")
REPLY = Kind("reply")
EMPTY: Mapping[str, str] = MappingProxyType({})


def to_shop(thread: Thread, message: Message) -> Mail:
    """In the shop's language. It leads to the inbox, so that answers stand there."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = gettext("Message from %(name)s: %(subject)s")
        subject %= {"name": thread.name, "subject": thread.subject}
        return _post(TO_SHOP, thread, message, settings.SHOP_EMAIL, subject)


def received(thread: Thread, message: Message) -> Mail:
    """Thanks, in the sender's language, without a word of theirs and without their name: the
    address is one that anybody may have typed.
    """
    with translation.override(thread.language):
        return _post(RECEIVED, thread, message, thread.email, _subject(thread))


def reply(thread: Thread, message: Message, earlier: Iterable[str]) -> Mail:
    """The shop's answer; mail programs put it under the mails with the ids `earlier`."""
    with translation.override(thread.language):
        subject = f"Re: {_subject(thread)}"
        *_before, last = ids = list(earlier)
        headers = {"In-Reply-To": last, "References": " ".join(ids)}
        return _post(REPLY, thread, message, thread.email, subject, headers)


def about(message: Message) -> str:
    return f"contact-message:{message.pk}"


def _subject(thread: Thread) -> str:
    return gettext("Your message to us, number %(number)s") % {"number": thread.reference}


def _post(
    kind: Kind,
    thread: Thread,
    message: Message,
    to: str,
    subject: str,
    headers: Mapping[str, str] = EMPTY,
) -> Mail:
    context = {
        "thread": thread,
        "message": message,
        "url": f"{settings.SITE_URL}{thread.get_absolute_url()}",
    }
    letter = written(f"contact/mail/{kind}", subject[:200], context)
    headers = {"Reply-To": settings.SHOP_EMAIL, **headers}
    return post(about(message), kind, to=to, headers=headers, **letter)
