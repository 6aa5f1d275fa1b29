"""A mail's HTML as a document of its own, for a frame of one of our pages.

Mails bring their styles in their elements, which no page of the shop may. So such a document may
do nothing else: no script runs in it, and it has no origin (docs/decisions/0025-mail-look.md).
"""

from collections.abc import Callable
from typing import Any

from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override

POLICY: Any = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "https:"],  # pictures may lie on another host of the shop's
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": True,
}


def framed(view: Callable[..., Any]) -> Callable[..., Any]:
    return csp_override(POLICY)(xframe_options_sameorigin(view))
