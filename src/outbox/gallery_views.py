"""The gallery's pages in the admin, which read it as the outbox may be read."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from outbox.gallery import samples, written
from outbox.models import Message
from web.framed import framed


def index(request: HttpRequest) -> HttpResponse:
    """Every mail that the shop sends."""
    _allow(request)
    found = [(each, _addresses(each.kind)) for each in written(get_language() or "en")]
    return _page(request, "gallery", _("Gallery"), samples=found)


def sample(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """One of them as it is seen, as text, and what stands above it."""
    found = _sample(request, kind, language)
    return _page(
        request,
        "sample",
        found.subject,
        lang=language,
        headers=found.mail.message().items(),
        text=found.text,
        html_url=reverse("admin:outbox_message_sample_html", args=[kind, language]),
        languages=_addresses(kind),
    )


def html(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    return HttpResponse(_sample(request, kind, language).html)


def routes() -> list[URLPattern]:
    at = "gallery/<slug:kind>/<slug:language>/"
    allowed = admin.site.admin_view
    return [
        path("gallery/", allowed(index), name="outbox_message_gallery"),
        path(at, allowed(sample), name="outbox_message_sample"),
        path(f"{at}html/", allowed(framed(html)), name="outbox_message_sample_html"),
    ]


def _allow(request: HttpRequest) -> None:
    if not request.user.has_perm("outbox.view_message"):
        raise PermissionDenied


def _sample(request: HttpRequest, kind: str, language: str) -> Message:
    _allow(request)
    if kind not in samples() or language not in dict(settings.LANGUAGES):
        raise Http404
    return written(language, kind)[0]


def _addresses(kind: str) -> list[dict[str, Any]]:
    """Its page in each language."""
    return [
        {
            "code": code,
            "name": name,
            "url": reverse("admin:outbox_message_sample", args=[kind, code]),
        }
        for code, name in settings.LANGUAGES
    ]


def _page(request: HttpRequest, template: str, title: Any, **more: Any) -> HttpResponse:
    context = admin.site.each_context(request) | {"title": title, "opts": Message._meta} | more
    return TemplateResponse(request, f"admin/outbox/{template}.html", context)
