"""SMTP that tells one failure from all others: handing the mail over, and hearing nothing back.

After any other, the mail has not gone.
"""

import smtplib
from typing import Any

from django.core.mail.backends import smtp

from outbox.mail import Mail, is_plain


class Unanswered(smtplib.SMTPServerDisconnected):
    """The line broke while the mail was being handed over."""


class Telling:
    def data(self, msg: Any) -> Any:
        try:
            return super().data(msg)  # type: ignore[misc]
        except smtplib.SMTPDataError:
            raise
        except OSError as error:
            raise Unanswered(str(error)) from error


class SMTP(Telling, smtplib.SMTP):
    pass


class SMTPOverTLS(Telling, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.known: dict[str, str] = {}  # addresses, as SMTP has them

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return SMTPOverTLS if self.use_ssl else SMTP

    def _send(self, email_message: Any) -> bool:
        """The shop's own mails, written quickly; a failure is always told."""
        if not isinstance(email_message, Mail) or email_message.attachments:
            return bool(super()._send(email_message))  # type: ignore[misc]
        sender = self.prep_address(email_message.from_email)
        readers = [self.prep_address(each) for each in email_message.recipients()]
        self.connection.sendmail(  # type: ignore[union-attr]
            sender, readers, email_message.as_bytes()
        )
        return True

    def prep_address(self, address: Any, force_ascii: bool = True) -> str:
        """Of thousands of letters the sender is one, and most readers' addresses are plain."""
        if is_plain(address):
            return str(address)
        if address not in self.known:
            self.known[address] = str(super().prep_address(address, force_ascii))
        return self.known[address]
