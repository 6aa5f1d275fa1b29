"""How far a campaign has come: a page, and the part of it that moves."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from campaigns.admin.deeds import DEEDS
from campaigns.models import Campaign
from campaigns.results import results
from web.deed import buttons


def page(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = _seen(request, pk)
    context = admin.site.each_context(request) | {
        "thing": campaign,
        "campaign": campaign,
        "results": results(campaign),
        "deeds": buttons(DEEDS, campaign, request.user),
        "opts": Campaign._meta,
        "title": gettext("Progress and results"),
    }
    return TemplateResponse(request, "admin/campaigns/progress.html", context)


def bar(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = _seen(request, pk)
    context = {"campaign": campaign, "results": results(campaign)}
    return TemplateResponse(request, "campaign.html#progress", context)


def _seen(request: HttpRequest, pk: int) -> Campaign:
    if not request.user.has_perm("campaigns.view_campaign"):
        raise PermissionDenied
    return get_object_or_404(Campaign, pk=pk)
