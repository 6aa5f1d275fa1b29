"""A letter as its readers will see it: at two widths and as text, in each language."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from campaigns.letter import letter
from campaigns.models import Campaign
from outbox.mail import Mail
from web.framed import framed


def page(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    campaign, mail = _seen(request, pk, language)
    context = admin.site.each_context(request) | {
        "thing": campaign,
        "opts": Campaign._meta,
        "title": mail.subject,
        "lang": language,
        "headers": mail.message().items(),
        "text": mail.body,
        "html_url": reverse("admin:campaigns_preview_html", args=[pk, language]),
        "languages": [_way(pk, code, name) for code, name in settings.LANGUAGES],
    }
    return TemplateResponse(request, "admin/campaigns/preview.html", context)


def html(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    _campaign, mail = _seen(request, pk, language)
    return HttpResponse(str(mail.alternatives[0][0]))


def routes() -> list[URLPattern]:
    at, allowed = "<int:pk>/preview/<slug:language>/", admin.site.admin_view
    return [
        path(at, allowed(page), name="campaigns_preview"),
        path(f"{at}html/", allowed(framed(html)), name="campaigns_preview_html"),
    ]


def _way(pk: int, code: str, name: Any) -> dict[str, Any]:
    return {"code": code, "name": name, "url": reverse("admin:campaigns_preview", args=[pk, code])}


def _seen(request: HttpRequest, pk: int, language: str) -> tuple[Campaign, Mail]:
    if not request.user.has_perm("campaigns.view_campaign"):
        raise PermissionDenied
    if language not in dict(settings.LANGUAGES):
        raise Http404
    campaign = get_object_or_404(Campaign, pk=pk)
    return campaign, letter(campaign, language).tried(settings.SHOP_EMAIL)
