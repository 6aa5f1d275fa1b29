from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation

from web.request import Request


class LocaleMiddleware:
    """The address decides the language; in the admin, the editor's own choice does.

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
    return translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
