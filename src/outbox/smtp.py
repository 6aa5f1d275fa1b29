"""Django's mailer by SMTP, quick for the shop's own mails."""

from typing import Any

from django.core.mail.backends import smtp

from outbox.handing import OverTLS, Telling
from outbox.mail import Mail, is_plain


class EmailBackend(smtp.EmailBackend):
    connection: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.known: dict[str, str] = {}  # addresses, as SMTP has them

    @property
    def connection_class(self) -> type[Telling]:
        return OverTLS if self.use_ssl else Telling

    def _send(self, email_message: Any) -> bool:
        """A failure is always told."""
        readers = email_message.recipients()
        if not isinstance(email_message, Mail) or email_message.attachments or len(readers) != 1:
            return bool(super()._send(email_message))  # type: ignore[misc]
        sender = self.prep_address(email_message.from_email)
        reader = self.prep_address(readers[0])
        self.connection.give(sender, reader, email_message.as_bytes())
        return True

    def prep_address(self, address: Any, force_ascii: bool = True) -> str:
        """Of thousands of letters the sender is one, and most readers' addresses are plain."""
        if is_plain(address):
            return str(address)
        if address not in self.known:
            self.known[address] = str(super().prep_address(address, force_ascii))
        return self.known[address]
