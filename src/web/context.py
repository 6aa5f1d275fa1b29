from typing import Any

from django.conf import settings
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject

from web.request import Request


def site(request: Request) -> dict[str, Any]:
    """What every page's frame needs."""
    return {
        "shop_name": settings.SHOP_NAME,
        "shop_address": settings.SHOP_ADDRESS,
        "shop_email": settings.SHOP_EMAIL,
        "other_lang": "en" if _current(request) == "zh-hant" else "zh-hant",
        "languages": SimpleLazyObject(lambda: _languages(request)),
    }


def _languages(request: Request) -> list[dict[str, Any]]:
    """This page in each of the shop's languages."""
    here = request.get_full_path()
    return [
        {"code": code, "address": translate_url(here, code), "current": code == _current(request)}
        for code, _ in settings.LANGUAGES
    ]


def _current(request: Request) -> str:
    return getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
