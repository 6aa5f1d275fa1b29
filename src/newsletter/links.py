"""Signed addresses that come by mail: whoever has one reads that mailbox, account or not.

A link to confirm and one to preferences lapse; one to leave never does.
"""

from datetime import timedelta
from functools import cache

from django.conf import settings
from django.core.signing import SignatureExpired, TimestampSigner
from django.urls import reverse
from django.utils import translation

__all__ = ["PAGES", "SignatureExpired", "address", "read"]

# The pages, and after how many days a link to each has lapsed.
PAGES = {
    "confirm": settings.NEWSLETTER_CONFIRM_DAYS,
    "preferences": settings.NEWSLETTER_PREFERENCES_DAYS,
    "leave": None,
}
ID = "ID"  # stands where the signed one comes


def address(page: str, pk: int, language: str) -> str:
    """Complete, for mails; never of a request's host."""
    return settings.SITE_URL + _place(page, language).replace(ID, _signer(page).sign(str(pk)))


def path(page: str, pk: int) -> str:
    """The same without the host, in the language of now."""
    return reverse(f"newsletter:{page}", args=[_signer(page).sign(str(pk))])


def read(page: str, token: str) -> int:
    """The id that a link to this page is about. Raises BadSignature, or SignatureExpired."""
    days = PAGES[page]
    return int(_signer(page).unsign(token, max_age=days and timedelta(days=days)))


@cache
def _place(page: str, language: str) -> str:
    """Looked up once for all letters."""
    with translation.override(language):
        return reverse(f"newsletter:{page}", args=[ID])


def _signer(page: str) -> TimestampSigner:
    return TimestampSigner(salt=f"newsletter.{page}")
