"""The documentation: the schema for programs, and three pages for people."""

from functools import cache

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from api.manners.problems import KINDS
from api.models import Scope
from api.schema.document import document
from web.head import Head
from web.pages import public, shared
from web.request import Request
from web.shared import kept_page, shared_page

SCHEMA_TYPE = "application/vnd.oai.openapi+json"


@require_safe
def schema(request: Request) -> HttpResponse:
    """OpenAPI 3.1, in English. It changes with the code alone."""
    response = public(HttpResponse(_document(), content_type=SCHEMA_TYPE))
    response["Content-Language"] = "en"
    return response


@cache
def _document() -> bytes:
    return document()


@require_safe
@shared_page
@kept_page
def guide(request: Request) -> HttpResponse:
    problems = [(code, status, title) for code, (status, title) in KINDS.items()]
    title = gettext("The shop for programs")
    path = reverse("api-pages:guide")
    words = gettext("How an app, a till or a script buys here: the REST API, by example.")
    context = {"title": title, "head": Head(path, title, words), "kinds": problems}
    return shared(request, "api/guide.html", context | {"scopes": Scope, "site": settings.SITE_URL})


@require_safe
@shared_page
@kept_page
def swagger(request: Request) -> HttpResponse:
    return shared(request, "api/swagger.html", {"title": gettext("Try the API")})


@require_safe
@shared_page
@kept_page
def redoc(request: Request) -> HttpResponse:
    return shared(request, "api/redoc.html", {"title": gettext("Read the API")})
