"""Figures that a page of words names, written as `{{ session_days }}`: read from where they hold,
so that no page can say how long something is kept and be wrong.
"""

import re

from django.conf import settings

WRITTEN = re.compile(r"\{\{ ?(\w{1,40}) ?\}\}")
DAY = 60 * 60 * 24  # seconds


def figures() -> dict[str, int]:
    return {
        "session_days": settings.SESSION_COOKIE_AGE // DAY,
        "first_view_hours": settings.FIRST_VIEW_AGE // (60 * 60),
        "csrf_weeks": settings.CSRF_COOKIE_AGE // (7 * DAY),
        "code_minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
        "order_years": settings.ORDERS_KEPT_YEARS,
        "unpaid_days": settings.UNPAID_ORDERS_KEPT_DAYS,
        "unproven_days": settings.UNPROVEN_ACCOUNTS_KEPT_DAYS,
        "mail_days": settings.MAILS_KEPT_DAYS,
        "export_days": settings.EXPORTS_KEPT_DAYS,
        "message_days": settings.CONTACT_KEPT_DAYS,
        "confirm_days": settings.NEWSLETTER_CONFIRM_DAYS,
    }


def filled(text: str) -> str:
    """With the figures in their places; what is no figure's name stays as it is written."""
    known = figures()
    return WRITTEN.sub(lambda found: str(known.get(found[1], found[0])), text)


def unknown(text: str) -> list[str]:
    """The names that are no figure's."""
    return [name for name in WRITTEN.findall(text) if name not in figures()]
