from django.http import HttpRequest, HttpResponse

from catalog.featured import featured
from content.models import Home
from web.pages import shared


def home(request: HttpRequest) -> HttpResponse:
    return shared(request, "content/home.html", {"home": Home.current(), "featured": featured()})
