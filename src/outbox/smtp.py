"""SMTP that tells one failure from all others: handing the mail over, and hearing nothing back.

After any other, the mail has not gone.
"""

import smtplib
from typing import Any

from django.core.mail.backends import smtp


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
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return SMTPOverTLS if self.use_ssl else SMTP
