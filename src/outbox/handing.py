"""SMTP that tells one failure from all others: handing the mail over, and hearing nothing back.

After any other, the mail has not gone. Where the server allows it (RFC 2920), who sends and to whom
is said in one breath, so that a server far away is waited for twice a mail, not four times.
"""

import smtplib
from typing import Any

Reply = tuple[int, bytes]


class Unanswered(smtplib.SMTPServerDisconnected):
    """The line broke while the mail was being handed over."""


class Telling(smtplib.SMTP):
    def data(self, msg: Any) -> Any:
        try:
            return super().data(msg)
        except smtplib.SMTPDataError:
            raise
        except OSError as error:
            raise Unanswered(str(error)) from error

    def give(self, sender: str, reader: str, content: bytes) -> None:
        """Hand a mail over to one reader. Raises as `sendmail` does."""
        self.ehlo_or_helo_if_needed()
        if not self.has_extn("pipelining"):
            self.sendmail(sender, [reader], content)
            return
        self._ask(sender, reader, len(content))
        code, words = self._content(content)
        if code != 250:
            self._rset()  # type: ignore[attr-defined]
            raise smtplib.SMTPDataError(code, words)

    def _ask(self, sender: str, reader: str, size: int) -> None:
        sized = f" size={size}" if self.has_extn("size") else ""
        commands = f"mail from:<{sender}>{sized}", f"rcpt to:<{reader}>", "data"
        self.send("".join(f"{each}\r\n" for each in commands))
        mail, rcpt, data = self.getreply(), self.getreply(), self.getreply()
        if mail[0] == 250 and rcpt[0] in {250, 251} and data[0] == 354:
            return
        # Most say no to the mail as well then; who waits for it is told no more.
        self.close() if data[0] == 354 else self._rset()  # type: ignore[attr-defined]
        if mail[0] != 250:
            raise smtplib.SMTPSenderRefused(*mail, sender)
        if rcpt[0] not in {250, 251}:
            raise smtplib.SMTPRecipientsRefused({reader: rcpt})
        raise smtplib.SMTPDataError(*data)

    def _content(self, content: bytes) -> Reply:
        try:
            self.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            return self.getreply()
        except OSError as error:
            raise Unanswered(str(error)) from error


class OverTLS(Telling, smtplib.SMTP_SSL):
    pass
