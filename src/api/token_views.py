"""The tokens of a member: made after saying once more who one is, and shown once."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from api.models import Token
from api.token_forms import TokenForm
from web.pages import changed, page
from web.request import Request

LIST = "api-pages:tokens"


@login_required
@require_safe
def listing(request: Any) -> HttpResponse:
    context = {"title": gettext("Your tokens"), "tokens": request.user.tokens.all()}
    return page(request, "api/tokens.html", context)


@login_required
@reauthentication_required(allow_get=False)
def add(request: Any) -> HttpResponse:
    form = TokenForm(request.user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        problems = form.problems if form.is_bound else []
        context = {"title": gettext("Make a token"), "form": form, "problems": problems}
        return page(request, "api/token.html", context, status=422 if form.is_bound else 200)
    told = form.cleaned_data
    keep = ("name", "scopes", "once", "days")
    try:
        with transaction.atomic():
            token, secret = Token.objects.make(request.user, **{name: told[name] for name in keep})
    except IntegrityError:  # the form was sent before, or is in another press just now
        words = gettext("This token is made already. Nobody can read it again: make another.")
        messages.warning(request, words)
        return changed(request, then=LIST)
    context = {"title": gettext("Your new token"), "token": token, "secret": secret}
    return page(request, "api/token_made.html", context)


@login_required
def delete(request: Request, pk: int) -> HttpResponse:
    """A page that asks, and its POST."""
    member: Any = request.user
    token = get_object_or_404(member.tokens, pk=pk)
    if request.method != "POST":
        context = {"title": gettext("Delete this token?"), "token": token}
        return page(request, "api/token_delete.html", context)
    token.delete()
    messages.success(request, gettext("The token is deleted: nobody comes in by it any more."))
    return changed(request, then=LIST)
