"""The line to the mail server, and what its answers mean for the letter that was given to it."""

from __future__ import annotations

import re
import smtplib
from contextlib import suppress
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.core.mail import mailers
from requests import ConnectTimeout
from urllib3.exceptions import NewConnectionError

from campaigns.lasting import LOST
from campaigns.outcome import Answer, Outcome
from outbox.handing import Unanswered
from outbox.mail import Mail

# Before any other words. All other refusals may be about who sends, or the mail server's own fault.
NO_MAILBOX = re.compile(rf"5\d\d {LOST}")


class Line:
    """Open for some letters. Servers close it when they like: then it is opened once more."""

    def __init__(self) -> None:
        self.mailer: Any = mailers["letters"]

    def send(self, mail: Mail) -> Answer:
        answer = self._try(mail)
        if answer.outcome in {Outcome.CLOSED, Outcome.BROKEN}:
            self.close()
            answer = self._try(mail)
        return answer

    def _try(self, mail: Mail) -> Answer:
        is_open = False
        try:
            self.mailer.open()
            is_open = True
            self.mailer.send_messages([mail])
        except Exception as error:  # whatever it was: the letter has to be accounted for
            if is_open and type(error) is smtplib.SMTPServerDisconnected:
                return Answer(Outcome.BROKEN, _said(error))
            return judged(error)
        status = getattr(mail, "anymail_status", None)
        return Answer(Outcome.SENT, provider_id=str(getattr(status, "message_id", None) or ""))

    def close(self) -> None:
        with suppress(OSError):  # it had hung up first
            self.mailer.close()


def judged(error: Exception) -> Answer:
    """What is not known to be before the letter was handed over counts as not known."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _of_recipient(*next(iter(error.recipients.values())))
        case smtplib.SMTPDataError():
            outcome = Outcome.LATER if _is_for_now(error.smtp_code) else Outcome.REFUSED
            return Answer(outcome, _words(error.smtp_code, error.smtp_error))
        case smtplib.SMTPSenderRefused() if error.smtp_code >= 500:
            return Answer(Outcome.REFUSED, _words(error.smtp_code, error.smtp_error))
        case AnymailAPIError():
            return Answer(_of_provider(error), _said(error))
        case Unanswered():
            return Answer(Outcome.UNKNOWN, _said(error))
        case OSError():  # SMTP before the letter was handed over, or no line at all
            return Answer(Outcome.CLOSED, _said(error))
        # No mail could be made of it; or for whatever reason: a notice tells of a lost mailbox.
        case ValueError() | AnymailRecipientsRefused():
            return Answer(Outcome.REFUSED, _said(error))
    return Answer(Outcome.UNKNOWN, _said(error))


def _of_recipient(code: int, words: bytes | str) -> Answer:
    said = _words(code, words)
    if _is_for_now(code):
        return Answer(Outcome.LATER, said)
    return Answer(Outcome.NO_MAILBOX if NO_MAILBOX.match(said) else Outcome.REFUSED, said)


def _of_provider(error: Any) -> Outcome:
    status = error.status_code
    if status is None:
        reason = getattr(next(iter(getattr(error.__cause__, "args", ())), None), "reason", None)
        unheard = isinstance(error, ConnectTimeout) or isinstance(reason, NewConnectionError)
        return Outcome.CLOSED if unheard else Outcome.UNKNOWN
    if status in {401, 403, 429}:  # a wrong key, or too quick
        return Outcome.CLOSED
    return Outcome.REFUSED if status < 500 else Outcome.UNKNOWN


def _is_for_now(code: int) -> bool:
    return 400 <= code < 500


def _words(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {text}"[:300]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
