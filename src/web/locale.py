from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class LocaleMiddleware:
    """The address decides the language; in the admin, the editor's own choice does.

    Django's own would add `Vary: Accept-Language` to every shared page and force English on
    addresses that carry no prefix.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = _language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _language(request: HttpRequest) -> str:
    if request.path_info.startswith("/admin/"):
        return getattr(request.user, "language", settings.LANGUAGE_CODE)
    return translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
