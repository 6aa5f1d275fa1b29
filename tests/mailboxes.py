"""Mail servers with a will of their own: name one as the BACKEND of a mailer."""

from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend

from outbox.models import Message


class Refusing(EmailBackend):
    """Refuses who is called "refused", and cannot even read who is called "broken"."""

    def send_messages(self, messages: list[EmailMessage]) -> int:
        for message in messages:
            if message.to[0].startswith("refused"):
                raise OSError("refused")
            if message.to[0].startswith("broken"):
                raise ValueError("broken")
        return super().send_messages(messages)


class Meddling(EmailBackend):
    """While it sends a mail, another sender tries the same one."""

    answers: list[Any] = []

    def send_messages(self, messages: list[EmailMessage]) -> int:
        for message in messages:
            same = Message.objects.get(message_id=message.extra_headers["Message-ID"])
            self.answers.append(same.deliver())
        return super().send_messages(messages)
