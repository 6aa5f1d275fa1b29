"""Who used a code, kept so that uses can be counted and nobody can be read from it."""

from dataclasses import dataclass
from typing import Self

from django.utils.crypto import salted_hmac


@dataclass(frozen=True)
class Person:
    """Keyed hashes of an email address and, if signed in, of the membership (else empty)."""

    email: str
    member: str = ""

    @classmethod
    def of(cls, email: str, member_id: int | None = None) -> Self:
        """Capitals and spaces around an address make no other person."""
        return cls(_hash(email.strip().casefold()), _hash(f"#{member_id}") if member_id else "")


def _hash(text: str) -> str:
    return salted_hmac("coupons.person", text, algorithm="sha256").hexdigest()
