"""What a member may do with what is held about them: take it along, or have it erased."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import storages
from django.db.models.functions import Now
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from members import notices
from orders import flows
from privacy import making
from privacy.models import Export
from web.pages import changed, page
from web.request import Request


@login_required
@reauthentication_required
@require_safe
def data(request: Request) -> HttpResponse:
    context = {
        "title": gettext("Your data"),
        "export": Export.objects.filter(member_id=request.user.pk).first(),
        "days": settings.EXPORTS_KEPT_DAYS,
    }
    return page(request, "privacy/data.html", context)


@login_required
@reauthentication_required(allow_get=True)
def export(request: Request) -> HttpResponse:
    """Ask for the file. It is made by a worker, and a mail tells when it is there."""
    if request.method == "POST" and making.ask(request.user):
        messages.success(request, gettext("We are putting your data together."))
    return changed(request, then="privacy:data")


@login_required
@reauthentication_required
@require_safe
def download(request: Request) -> HttpResponseBase:
    ready = Export.objects.filter(
        member_id=request.user.pk, state=Export.State.READY, expires_at__gt=Now()
    ).first()
    try:
        file = storages["private"].open(ready.path) if ready else None
    except OSError:
        file = None
    if ready is None or file is None:
        messages.warning(request, gettext("There is no file to download. Ask for a new one."))
        return redirect("privacy:data")
    name = f"{slugify(settings.SHOP_NAME, allow_unicode=True)}-{ready.ready_at:%Y-%m-%d}.zip"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@reauthentication_required(enabled=lambda request: request.method != "POST")
def erase(request: Request) -> HttpResponse:
    """A page that says what goes and what stays, and its POST, which never waits to be repeated:
    who has to say once more who they are sees the page first.
    """
    if request.method == "POST" and not did_recently_reauthenticate(request):
        return changed(request, then="privacy:erase")
    member: Any = request.user
    context = _erasing(member)
    if request.method != "POST":
        return page(request, "privacy/erase.html", context)
    if context["hindered"]:
        return _not_erased(request, context, "main", gettext("Your account cannot be erased yet."))
    if "sure" not in request.POST:
        words = gettext("Tick the box if you are sure.")
        return _not_erased(request, context, "privacy-sure", words)
    try:
        flows.erase(member, flows.addresses(member))
    except flows.NotErased:  # an order has come in between
        return redirect("privacy:erase")
    notices.forget(request)
    request.session.flush()
    return changed(request, then="privacy:erased")


def _erasing(member: Any) -> dict[str, Any]:
    hindrances = flows.hindrances(member, flows.addresses(member))
    last_superuser = flows.is_last_superuser(member)
    return {
        "title": gettext("Erase your account"),
        "hindrances": hindrances,
        "last_superuser": last_superuser,
        "hindered": bool(hindrances) or last_superuser,
        "years": settings.ORDERS_KEPT_YEARS,
    }


def _not_erased(request: Request, context: Any, field: str, problem: str) -> HttpResponse:
    context |= {"problem": problem, "problems": [(field, problem)]}
    return page(request, "privacy/erase.html", context, status=422)


@require_safe
def erased(request: Request) -> HttpResponse:
    return page(request, "privacy/erased.html", {"title": gettext("Your account is erased")})
