from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import Context, Template
from django.urls import re_path

PAGE = Template("<!doctype html><title>Least</title><p>{{ user }} {{ seen }} {{ token }}")


def least(request: HttpRequest) -> HttpResponse:
    seen = request.session.get("seen", 0)
    if not seen:
        request.session["seen"] = 1
    told = {"user": request.user, "seen": seen, "token": get_token(request)}
    return HttpResponse(PAGE.render(Context(told)))


urlpatterns = [re_path("", least)]
