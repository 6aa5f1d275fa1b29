"""A mail whose addresses in headers stay whole.

Python encodes a word that is longer than a line, and mail programs do not look for an address to
leave a list (RFC 2369) in an encoded word.
"""

import email.policy
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any, cast

from django.core.mail import EmailMultiAlternatives


class Whole(UnstructuredHeader):
    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


HEADERS = HeaderRegistry()
HEADERS.map_to_type("List-Unsubscribe", cast(Any, Whole))


class Mail(EmailMultiAlternatives):
    def message(self, *, policy: Any = email.policy.default) -> EmailMessage:
        return super().message(policy=policy.clone(header_factory=HEADERS))
