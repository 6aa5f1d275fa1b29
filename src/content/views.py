from django.http import HttpResponse
from django.views.decorators.http import require_safe

from catalog.featured import featured
from content.models import Home
from web.pages import shared
from web.request import Request


@require_safe
def home(request: Request) -> HttpResponse:
    return shared(request, "content/home.html", {"home": Home.current(), "featured": featured()})
