"""Asking for letters, whichever way one asks: how often, from where, and for which address."""

import ipaddress
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.urls import Resolver404, resolve
from django.utils.translation import get_language

from coupons.person import Person
from newsletter.address import is_one, normal
from newsletter.forms import SignupForm
from newsletter.models import Choice, Source, Subscriber, Topic
from newsletter.wording import CURRENT
from web.request import Request
from web.throttle import Throttle

ASKING = Throttle("newsletter-asking", most=20, seconds=600)  # from one client
MAILED = Throttle("newsletter-mailed", most=3, seconds=24 * 60 * 60)  # to one address


def ask(request: Request, form: SignupForm) -> None:
    email = form.cleaned_data["email"]
    if not MAILED.count(Person.of(email).email):
        return  # enough was sent there today
    choice = Choice(get_language() or "en", list(Topic.objects.filter(offered=True)))
    Subscriber.objects.ask(email, choice, source(request, form.cleaned_data["wording"]))


def source(request: Request, wording: str = CURRENT) -> Source:
    return Source(_page_of(request), _network(request), wording)


def _page_of(request: Request) -> str:
    """The name of the page the form stood on: addresses may hold secrets of their own."""
    with suppress(Resolver404, ValueError):
        return resolve(urlsplit(request.headers.get("Referer", "")).path).view_name
    return request.resolver_match.view_name if request.resolver_match else ""


def _network(request: Request) -> str | None:
    with suppress(ValueError):
        client = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
        length = 24 if client.version == 4 else 48
        return str(ipaddress.ip_network(f"{client}/{length}", strict=False).network_address)
    return None


def verified(member: Any) -> str:
    """The member's address, if it is confirmed and one that letters can go to; or nothing."""
    address = EmailAddress.objects.filter(user=member, verified=True).first()
    return normal(address.email) if address and is_one(address.email) else ""
