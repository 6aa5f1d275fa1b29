from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from web.request import Request


class LocaleMiddleware:
    """The address decides the language; in the admin, the editor's own choice does, and programs
    that use the API say by Accept-Language what they read.

    Django's own would add `Vary: Accept-Language` to every shared page and force English on
    addresses that carry no prefix.
    """

    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        language = _language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _language(request: Request) -> str:
    if request.path_info.startswith(f"/{settings.ADMIN_PATH}"):
        return getattr(request.user, "language", settings.LANGUAGE_CODE)
    if request.path_info.startswith("/api/v"):
        return _accepted(request.headers.get("Accept-Language", ""))
    return translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE


def _accepted(header: str) -> str:
    """The first that the shop has of the languages that are asked for."""
    for code, _preference in parse_accept_lang_header(header[:200]):
        with suppress(LookupError):
            return translation.get_supported_language_variant(code)
    return settings.LANGUAGE_CODE
