"""Every route of the shop as the URL resolver knows it, and whose thing each of them shows."""

import time
import uuid
from collections.abc import Iterator
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
from api.models import Token
from campaigning import block, campaign
from campaigns.fan_out import fan_out
from catalog.models import Product
from contact.models import Thread
from letters import on_the_list
from members.models import Address, User
from orders import flows
from orders.models import Order
from outbox.models import Message
from privacy.models import Export
from writing import picture

BACKEND = settings.AUTHENTICATION_BACKENDS[0]
OWNER = "canary@example.com"
CANARIES = ("Canary Wren", "canary@example.com", "7 Nest Row", "Canary's own key")

# Routes that show nobody's own things though their address names something.
EVERYONES = {
    "campaigns:letter": {"pk": 1},
    "catalog:category": {"slug": "tea"},
    "catalog:product": {"slug": "tea-cup"},
    "content:page": {"slug": "about"},
    "api:category": {"slug": "tea"},
    "api:product": {"slug": "tea-cup"},
    "api:variant": {"sku": "TC-OAT"},
    "api:country": {"country": "GB"},
    "webhooks/<slug:provider>/": {"provider": "paypal"},
    "webhooks/mail/<slug:provider>/": {"provider": "postmark"},
    "^media/(?P<path>.*)$": {"path": "nothing.jpg"},
}


SAMPLE = {"kind": "paid", "language": "en"}  # of the gallery of mails


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
    mine: dict[str, dict[str, Any]] = field(default_factory=dict)

    def kwargs(self, route: Route) -> dict[str, Any] | None:
        """What stands in the route's address; None if nobody has said whose it is."""
        if not route.takes:
            return {}
        if route.key in EVERYONES:
            return EVERYONES[route.key]
        if route.is_admin:
            return _of_the_admin(route)
        return self.mine.get(route.key)

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
    if route.name == "admin:contact_message_picture":
        model = "message"
    fixed = {name: SAMPLE[name] for name in route.takes & SAMPLE.keys()}
    if fixed.keys() == route.takes:
        return fixed
    (name,) = route.takes - SAMPLE.keys()
    return fixed | {name: apps.get_model(app, model)._default_manager.latest("pk").pk}


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
    _told(owner)
    order = _ordered(owner)
    asked = order.returns.latest("pk")
    home = Address.objects.keep(owner, dict(order.address), label="Home")
    made = World(owner, order, kinds.placed())
    made.mine |= {name: {"number": order.number} for name in _named("orders:")}
    made.mine["orders:withdraw-return"] = {"number": order.number, "pk": asked.pk}
    made.mine |= {name: {"pk": key.pk} for name in _named("mfa_")}
    made.mine |= {name: {"pk": home.pk} for name in _named("members:address")}
    made.mine |= _of_the_api(order, asked, home)
    made.mine |= {name: {"token": "1:1vNb0E:forged"} for name in _named("newsletter:")}
    kept = {"variant_id": kinds.pk("TC-ASH")}
    made.mine |= dict.fromkeys([*_named("cart:"), *_named("wishlist:")], kept)
    for model in admin.site._registry:
        assert model._default_manager.exists(), f"the world has no {model.__name__}"
    return made


def _of_the_api(order: Order, asked: Any, home: Address) -> dict[str, dict[str, Any]]:
    token, _secret = Token.objects.make(order.member, name="A till", scopes=["cart"], days=30)
    takes = {route.name: route.takes for route in routes() if route.name.startswith("api:")}
    mine = {name: {"number": order.number} for name in takes if takes[name] == {"number"}}
    variant = {"variant": kinds.pk("TC-ASH")}
    mine |= {name: variant for name in takes if takes[name] == {"variant"}}
    mine |= {name: {"pk": home.pk} for name in takes if takes[name] == {"pk"}}
    mine["api:withdraw"] = {"number": order.number, "pk": asked.pk}
    mine["api:code"], mine["api:stock"] = {"code": "WELCOME10"}, {"sku": "TC-ASH"}
    mine["api-pages:token-delete"] = {"pk": token.pk}
    return mine


def _named(start: str) -> list[str]:
    return [route.name for route in routes() if route.takes and route.name.startswith(start)]


def _told(owner: User) -> None:
    """What somebody tells the shop beside an order."""
    told = {"name": CANARIES[0], "email": OWNER, "member": owner, "language": "en"}
    more = {"subject": "A cup", "order_number": ""}
    Thread.objects.begin(uuid.uuid4(), text=CANARIES[2], picture=picture(), **told, **more)
    Export.objects.ask(owner)
    cart = browser_of(owner)
    for at in ("/cart/add/", "/wishlist/keep/"):
        cart.post(at, {"variant": kinds.pk("TC-ASH"), "quantity": "1"})
    on_the_list(OWNER, member=owner)
    sent = campaign()
    block(sent, "products").products.set(Product.objects.all()[:1])
    sent.begin()
    fan_out(sent.pk)


def _ordered(owner: User) -> Order:
    """Paid and sent in part, with an invoice; the owner's in every way the shop knows."""
    order = kinds.refunded()
    address = dict(order.address) | {"name": CANARIES[0], "street_address": CANARIES[2]}
    Order.objects.filter(pk=order.pk).update(member=owner, email=OWNER, address=address)
    Message.objects.update(to=OWNER)
    cup = order.lines.get(sku="TC-ASH")
    flows.ask_return(order.pk, {cup.pk: (1, "damaged")}, CANARIES[2])
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


# A stranger's own cart and list, by the field that says whose a row is.
OWN = {"cart.membercart": "pk", "cart.cartline": "cart", "wishlist.wish": "member"}


def everything(but: User | None = None) -> dict[str, list[Any]]:
    """Each row of each table, to see that nothing changed; without what is one stranger's own."""
    found = {}
    for model in apps.get_models():
        label = model._meta.label_lower
        if label in KEPT:
            continue
        rows = model._default_manager.order_by("pk")
        if but and label in OWN:
            rows = rows.exclude(**{OWN[label]: but.pk})
        found[label] = list(rows.values_list())
    return found
