"""Mail caught in a folder, one readable file each, for the demo and for tests."""

import email.policy
import re
from collections.abc import Sequence
from email.message import EmailMessage as Mail
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

READABLE = email.policy.default.clone(cte_type="8bit", utf8=True)


class FolderBackend(BaseEmailBackend):
    """Writes `<Message-ID>.eml`, so that sending twice leaves one file, as a mailbox would."""

    def __init__(self, folder: str, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path(folder)

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in messages:
            mail = _readable(message.message(policy=READABLE))
            name = re.sub(r"[^\w.@-]", "", mail["Message-ID"])
            (self.folder / f"{name}.eml").write_bytes(mail.as_bytes())
        return len(messages)


def _readable(mail: Mail) -> Mail:
    """Its texts as they are, for people who open the file; a mail server would encode them."""
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            part.set_content(part.get_content(), subtype=part.get_content_subtype(), cte="8bit")
            if part is not mail:
                del part["MIME-Version"]  # said once, at the top
    return mail
