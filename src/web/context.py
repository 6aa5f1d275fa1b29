from typing import Any

from django.conf import settings
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from web.request import Request


def site(request: Request) -> dict[str, Any]:
    """What every page's frame needs."""
    return {
        **contact(),
        "other_lang": "en" if _current(request) == "zh-hant" else "zh-hant",
        "languages": SimpleLazyObject(lambda: _languages(request)),
    }


def contact() -> dict[str, Any]:
    """Who the shop is, on every page that a person may be stuck on."""
    return {
        "shop_name": settings.SHOP_NAME,
        "shop_address": settings.SHOP_ADDRESS,
        "shop_email": settings.SHOP_EMAIL,
    }


def _languages(request: Request) -> list[dict[str, Any]]:
    """This page in each of the shop's languages; the home page where it has no other."""
    here, current = request.get_full_path(), _current(request)
    found = []
    for code, _name in settings.LANGUAGES:
        address = translate_url(here, code)
        if address == here and code != current:
            with translation.override(code):
                address = reverse("content:home")
        found.append({"code": code, "address": address, "current": code == current})
    return found


def _current(request: Request) -> str:
    return getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
