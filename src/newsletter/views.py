"""On the list, off it, and what one gets.

Links that come by mail are authority enough: their pages need no cookie and no token, and what they
change changes by a POST alone, since programs follow links before people do.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.models import Delivery
from newsletter import links
from newsletter.asking import ASKING, ask, source, verified
from newsletter.forms import PreferencesForm, SignupForm
from newsletter.models import Consent, Subscriber
from web.pages import changed, page
from web.request import Request
from web.throttle import client_of

SIGNUP = "newsletter.html#signup"
read_or_change = require_http_methods(["GET", "HEAD", "POST"])


@read_or_change
def join(request: Request) -> HttpResponse:
    """Ask for letters. The answer is the same whatever the shop knows of the address."""
    if request.method != "POST":
        return page(request, "newsletter/join.html", {"title": gettext("Letters from the shop")})
    form = SignupForm(request.POST)
    is_valid = form.is_valid()
    if not form.is_caught:
        if is_valid and not ASKING.count(client_of(request)):
            form.add_error("email", gettext("Too many attempts. Please wait a few minutes."))
        if form.errors:
            return _not_asked(request, form)
        ask(request, form)
    said = gettext("Please look into your mailbox: we have sent you a link to confirm.")
    messages.success(request, said)
    return changed(request, SIGNUP, then="newsletter:asked")


def _not_asked(request: Request, form: SignupForm) -> HttpResponse:
    context = {
        "title": gettext("Letters from the shop"),
        "signup": form,
        "problems": form.problems,
    }
    return page(request, "newsletter/join.html", context, fragment=SIGNUP, status=422)


@require_safe
def asked(request: Request) -> HttpResponse:
    return page(request, "newsletter/asked.html", {"title": gettext("Almost done")})


def _by_link(name: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A page whose address is signed. The view is given what the link is about: its id."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @read_or_change
        @wraps(view)
        def answered(request: Request, token: str) -> HttpResponse:
            try:
                return view(request, links.read(name, token))
            except links.SignatureExpired:
                return stale(request, gettext("This link has lapsed"), 410)
            except BadSignature:
                return stale(request, gettext("This link is not whole"), 404)

        return answered

    return decorate


def stale(request: Request, title: str, status: int) -> HttpResponse:
    """A link that leads nowhere, with the way to a new one."""
    return page(request, "newsletter/stale.html", {"title": title}, status=status)


@_by_link("confirm")
def confirm(request: Request, pk: int) -> HttpResponse:
    consent = Consent.objects.select_related("subscriber").filter(pk=pk).first()
    if consent is None:
        return stale(request, gettext("This link has lapsed"), 410)
    if request.method == "POST":
        consent.confirm()
        return changed(request, then=request.path)
    return page(request, "newsletter/confirm.html", _standing(consent))


def _standing(consent: Consent) -> dict[str, Any]:
    title = gettext("Confirm that you want our letters")
    if consent.subscriber.is_on_the_list:
        title = gettext("You are on the list")
    elif consent.ended_at or consent.confirmed_at:
        title = gettext("You are not on the list")
    return {"title": title, "consent": consent, "subscriber": consent.subscriber}


@_by_link("preferences")
def preferences(request: Request, pk: int) -> HttpResponse:
    subscriber = Subscriber.objects.behind(pk)
    if subscriber is None or not subscriber.is_on_the_list:
        return page(request, "newsletter/left.html", {"title": gettext("You are not on the list")})
    return _preferences(request, subscriber, "newsletter/preferences.html", request.path)


def _preferences(
    request: Request, subscriber: Subscriber, template: str, here: str
) -> HttpResponse:
    """Show, or change, what somebody on the list gets."""
    form = PreferencesForm(request.POST or None, subscriber, subscriber.language)
    context = {"title": gettext("Your letters"), "form": form, "subscriber": subscriber}
    if request.method != "POST":
        return page(request, template, context)
    if not form.is_valid():
        return page(request, template, context | {"problems": form.problems}, status=422)
    subscriber.choose(form.choice, source(request))
    messages.success(request, gettext("Saved. From the next letter on it is as you chose."))
    return changed(request, then=here)


@_by_link("leave")
def leave(request: Request, pk: int) -> HttpResponse:
    """Off the list. Mail programs post here by themselves (RFC 8058) and follow no redirect."""
    subscriber = Subscriber.objects.behind(pk)
    if request.method == "POST":
        if subscriber:
            _leave(subscriber, pk, request.GET.get("letter", ""))
        if "List-Unsubscribe" not in request.POST:
            return changed(request, then=request.path)
        subscriber = None
    if subscriber is None or not subscriber.is_on_the_list:
        return page(request, "newsletter/left.html", {"title": gettext("You are not on the list")})
    context = {"title": gettext("Leave the list?"), "subscriber": subscriber}
    return page(request, "newsletter/leave.html", context)


def _leave(subscriber: Subscriber, pk: int, letter: str) -> None:
    """The link in a letter says which letter, to whom, it was that somebody has left by."""
    if subscriber.is_on_the_list and letter.isdecimal() and len(letter) < 10:
        Delivery.objects.left_by(int(letter), pk)
    subscriber.leave()


@login_required
@read_or_change
def account(request: Request) -> HttpResponse:
    """The letters of a member, to the address that the account is known by."""
    here = reverse("newsletter:account")
    email = verified(request.user)
    if not email:
        return page(request, "newsletter/account.html", {"title": gettext("Your letters")})
    subscriber = Subscriber.objects.of(email)
    on_the_list = bool(subscriber and subscriber.is_on_the_list)
    if subscriber and request.method == "POST" and "leave" in request.POST:
        subscriber.leave()
        messages.success(request, gettext("You are off the list."))
        return changed(request, then=here)
    if subscriber and on_the_list:
        return _preferences(request, subscriber, "newsletter/account.html", here)
    return _join_as_member(request, email, here)


def _join_as_member(request: Request, email: str, here: str) -> HttpResponse:
    form = PreferencesForm(request.POST or None, None, get_language() or "en")
    context = {"title": gettext("Your letters"), "form": form, "email": email}
    if request.method != "POST":
        return page(request, "newsletter/account.html", context)
    if not form.is_valid():
        context["problems"] = form.problems
        return page(request, "newsletter/account.html", context, status=422)
    Subscriber.objects.join(email, request.user, form.choice, source(request))
    messages.success(request, gettext("You are on the list now."))
    return changed(request, then=here)
