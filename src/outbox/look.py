"""How a mail is written: one frame for all, and styles in the elements, where programs for mail
read them (docs/decisions/0025-mail-look.md).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from css_inline import CSSInliner
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language

INLINER = CSSInliner(
    load_remote_stylesheets=False,
    minify_css=True,
    resolve_css_variables=True,
)
# Nothing to see, and wide enough that lists show no words of the mail behind the preheader.
FILLER = "\u034f\u200c\u00a0" * 60


def written(template: str, subject: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """A mail in the language that is active, for `outbox.post`: its text and its HTML from
    `<template>.txt` and `<template>.html`.
    """
    language = get_language() or settings.LANGUAGE_CODE
    context = {**frame(), **context, "subject": subject, "language": language}
    return {
        "language": language,
        "subject": subject,
        "text": render_to_string(f"{template}.txt", context),
        "html": INLINER.inline(render_to_string(f"{template}.html", context)),
    }


def frame() -> dict[str, Any]:
    """What every mail says of the shop."""
    return {
        "shop_name": settings.SHOP_NAME,
        "shop_address": settings.SHOP_ADDRESS,
        "shop_email": settings.SHOP_EMAIL,
        "filler": FILLER,
        # By its name without a hash, which is still there when an old mail is opened.
        "seal_url": absolute(f"{settings.STATIC_URL}img/seal-180.png"),
    }


def absolute(address: str) -> str:
    return urljoin(f"{settings.SITE_URL}/", address)
