"""How letters to many go out: by which server, how quickly, and who may tell of what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from config.server import number


@dataclass(frozen=True)
class Letters:
    email_url: str  # empty: the server of all other mail
    per_second: int | None  # over all workers; None: as quickly as it goes
    at_once: int  # how many workers send at the same time
    webhook_secret: str  # "user:password" of the provider's notices; empty: there are none

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Letters:
        """Raise ImproperlyConfigured for what is not a number from 1, or no secret."""
        secret = given.get("MAIL_WEBHOOK_SECRET") or ""
        if secret and len(secret.partition(":")[2]) < 16:
            raise ImproperlyConfigured(
                "MAIL_WEBHOOK_SECRET must be like user:password, the password 16 letters or longer."
            )
        limited = bool(given.get("LETTERS_PER_SECOND"))
        return cls(
            email_url=given.get("LETTERS_EMAIL_URL") or "",
            per_second=number(given, "LETTERS_PER_SECOND", 1) if limited else None,
            at_once=number(given, "LETTERS_AT_ONCE", 2),
            webhook_secret=secret,
        )
