"""What a person has written to the shop, to be handed out and to be forgotten."""

from collections.abc import Iterator
from typing import Any

from contact.models import Event, Message, Thread

MODELS = [Thread, Message, Event]


def held(member: Any, emails: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Threads with their messages. The pictures themselves come from `files`."""
    threads = Thread.objects.of(member, emails)
    messages = Message.objects.filter(thread__in=threads)
    columns = ("pk", "state", "name", "email", "subject", "order_number", "language")
    return {
        "contact_thread": [
            {name: getattr(thread, name) for name in columns}
            | {"created_at": thread.created_at.isoformat()}
            for thread in threads
        ],
        "contact_message": [
            {
                "thread": message.thread_id,
                "from_shop": message.from_shop,
                "text": message.text,
                "picture": message.picture.name,
                "at": message.at.isoformat(),
            }
            for message in messages
        ],
    }


def files(member: Any, emails: set[str]) -> Iterator[tuple[str, Any]]:
    """(name as in `held`, open file) of each picture."""
    threads = Thread.objects.of(member, emails)
    for message in Message.objects.filter(thread__in=threads).exclude(picture=""):
        yield str(message.picture.name), message.picture.open()


def erase(member: Any, emails: set[str]) -> None:
    Thread.objects.of(member, emails).forget()
