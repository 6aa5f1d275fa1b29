"""Every route of the shop as the URL resolver knows it, and whose thing each of them shows."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.account.internal.flows import login
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

import factories
import kinds
import visiting
from members.models import User
from orders.models import Order
from outbox.models import Message

BACKEND = settings.AUTHENTICATION_BACKENDS[0]
OWNER = "canary@example.com"
CANARIES = ("Canary Wren", "canary@example.com", "7 Nest Row", "Canary's own key")

# Routes that show nobody's own things though their address names something.
EVERYONES = {
    "catalog:category": {"slug": "tea"},
    "catalog:product": {"slug": "tea-cup"},
    "content:page": {"slug": "about"},
    "webhooks/<slug:provider>/": {"provider": "paypal"},
    "^media/(?P<path>.*)$": {"path": "nothing.jpg"},
}


@dataclass(frozen=True)
class Route:
    name: str  # as for reverse(); empty where it has none
    pattern: str
    takes: frozenset[str]

    @property
    def key(self) -> str:
        return self.name or self.pattern

    @property
    def is_admin(self) -> bool:
        return self.pattern.startswith("admin/")


def routes(
    resolver: Any = None,
    pattern: str = "",
    namespace: str = "",
    takes: frozenset[str] = frozenset(),
) -> Iterator[Route]:
    for each in (resolver or get_resolver()).url_patterns:
        here = pattern + str(each.pattern)
        taken = takes | each.pattern.converters.keys() | each.pattern.regex.groupindex.keys()
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from routes(each, here, inner, taken)
        elif isinstance(each, URLPattern):
            yield Route(f"{namespace}{each.name}" if each.name else "", here, taken)


@dataclass
class World:
    """A shop in which one person has something of everything, and the routes that lead there."""

    owner: User
    order: Order
    another: Order  # somebody else's
    mine: dict[str, Callable[[], dict[str, Any]]] = field(default_factory=dict)

    def kwargs(self, route: Route) -> dict[str, Any] | None:
        """What stands in the route's address; None if nobody has said whose it is."""
        if not route.takes:
            return {}
        if route.key in EVERYONES:
            return EVERYONES[route.key]
        if route.is_admin:
            return _of_the_admin(route)
        return self.mine[route.key]() if route.key in self.mine else None

    def clients(self) -> tuple[Client, Client]:
        """The owner's browser, and that of an editor who may do everything."""
        editor = factories.user("editor@example.com", is_staff=True, is_superuser=True)
        return browser_of(self.owner), browser_of(editor)

    def address(self, route: Route) -> str:
        kwargs = self.kwargs(route) or {}
        with translation.override("en"):
            if route.name:
                return reverse(route.name, kwargs=kwargs)
        return "/" + _filled(route.pattern, kwargs)


def _filled(pattern: str, kwargs: dict[str, Any]) -> str:
    """A route without a name: `admin/orders/order/<path:object_id>/` and the like."""
    for name, value in kwargs.items():
        for form in (f"<path:{name}>", f"<slug:{name}>", f"(?P<{name}>.*)"):
            pattern = pattern.replace(form, str(value))
    return pattern.strip("^$")


def _of_the_admin(route: Route) -> dict[str, Any]:
    if route.name == "admin:app_list":
        return {"app_label": "orders"}
    if route.name == "admin:view_on_site":
        order = Order.objects.latest("pk")
        kind = ContentType.objects.get_for_model(order)
        return {"content_type_id": kind.pk, "object_id": order.pk}
    if "url" in route.takes:
        return {"url": "nothing/here"}
    app, model = route.pattern.split("/")[1:3]
    (name,) = route.takes
    newest = apps.get_model(app, model)._default_manager.order_by("-pk").first()
    assert newest, f"the world has no {model}: make one in access.world()"
    return {name: newest.pk}


def world() -> World:
    """Call it with the demo's catalogue in the database."""
    owner = visiting.member(OWNER, name=CANARIES[0])
    key = Authenticator.objects.create(
        user=owner,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": CANARIES[3], "credential": {}},
    )
    UserSession.objects.create(
        user=owner, ip="127.0.0.1", user_agent="x", session_key="of the owner"
    )
    Group.objects.create(name="Packers")
    order = _ordered(owner)
    made = World(owner, order, kinds.placed())
    made.mine |= {name: lambda: {"number": order.number} for name in _named("orders:")}
    made.mine |= {name: lambda: {"pk": key.pk} for name in _named("mfa_")}
    cup = kinds.pk("TC-ASH")
    made.mine |= {name: lambda: {"variant_id": cup} for name in _named("cart:")}
    for model in admin.site._registry:
        assert model._default_manager.exists(), f"the world has no {model.__name__}"
    return made


def _named(start: str) -> list[str]:
    return [route.name for route in routes() if route.takes and route.name.startswith(start)]


def _ordered(owner: User) -> Order:
    """Paid and sent in part, with an invoice; the owner's in every way the shop knows."""
    order = kinds.refunded()
    address = dict(order.address) | {"name": CANARIES[0], "street_address": CANARIES[2]}
    Order.objects.filter(pk=order.pk).update(member=owner, email=OWNER, address=address)
    Message.objects.update(to=OWNER)
    order.refresh_from_db()
    return order


def strangers() -> dict[str, User | None]:
    """Those who may see none of it: nobody, somebody with things of their own, a new colleague."""
    return {
        "anonymous": None,
        "other member": visiting.member("other@example.com"),
        "staff without permission": visiting.member("staff@example.com", is_staff=True),
    }


def browser_of(user: User | None) -> Client:
    """Somebody who has said just now who they are, so that it is not asked for once more."""
    client = Client()
    if user:
        client.force_login(user, BACKEND)
        session = client.session
        known = {"method": "password", "at": time.time(), "reauthenticated": True}
        session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [known]
        session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
        session.save()
    return client


# Kept by requests themselves, whoever makes them.
KEPT = {"sessions.session", "usersessions.usersession"}


def everything() -> dict[str, list[Any]]:
    """Each row of each table, to see that nothing changed."""
    return {
        model._meta.label_lower: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.label_lower not in KEPT
    }
