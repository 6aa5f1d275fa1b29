from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import cache_control, cache_page
from django.views.decorators.http import require_safe

from cache.flight import once
from campaigns.models import Campaign
from catalog.featured import featured
from content.models import Home, Page
from content.sitemap import entries
from web.head import Head, absolute, breadcrumb, organization, website
from web.pages import shared
from web.request import Request
from web.shared import kept_page, shared_page, version

# What is a person's own, or without end. A path begins with one of these in every language.
PRIVATE = (
    *("account/", "cart/", "checkout/", "orders/", "search/", "viewed/", "wishlist/"),
    *("newsletter/confirm/", "newsletter/preferences/", "newsletter/leave/"),
)
kept_an_hour = cache_control(public=True, max_age=60 * 60)


@require_safe
@shared_page
@kept_page
def home(request: Request) -> HttpResponse:
    opening, here = once("home", Home.current), reverse("content:home")
    name, things = (
        settings.SHOP_NAME,
        [organization(here), website(here, reverse("catalog:search"))],
    )
    feed = reverse("campaigns:feed")
    head = Head(here, str(name), str(opening or name), things=things, feed=feed)
    context = {"home": opening, "featured": featured(), "head": head}
    return shared(request, "content/home.html", context)


@require_safe
@shared_page
@cache_page(settings.SHARED_SECONDS, cache="kept", key_prefix=version())
def page(request: Request, slug: str) -> HttpResponse:
    found = get_object_or_404(Page, slug=slug)
    path = found.get_absolute_url()
    head = Head(path, found.title, found.words, things=[breadcrumb((found.title, path))])
    context = {"title": found.title, "page": found, "head": head}
    return shared(request, "content/page.html", context)


@require_safe
@kept_an_hour
def sitemap(request: Request) -> HttpResponse:
    text = render_to_string("content/sitemap.xml", {"entries": entries(Campaign.objects.public())})
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


@require_safe
@kept_an_hour
def robots(request: Request) -> HttpResponse:
    languages = [f"{code}/" for code, _name in settings.LANGUAGES[1:]]
    private = [f"/{language}{path}" for language in ("", *languages) for path in PRIVATE]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in ["/admin/", *private])]
    lines += ["", f"Sitemap: {absolute('/sitemap.xml')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
