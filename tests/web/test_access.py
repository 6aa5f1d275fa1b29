"""The access matrix: every route, asked for by everybody it is not for."""

import json

import pytest
from django.core.cache import cache
from django.test import Client

from access import CANARIES, EVERYONES, browser_of, everything, routes, strangers, world
from dom import HTMX

pytestmark = [pytest.mark.django_db, pytest.mark.whole, pytest.mark.timeout(400)]

STRANGERS = ["anonymous", "other member", "staff without permission"]
# What a form that does harm would say, whichever it is.
HARM = {
    "post": "yes",
    "confirm": "on",
    "quantity": "3",
    "provider": "offline",
    "reason": "0",
    "why": "because",
    "carrier": "1",
    "action": "delete_selected",
}
WAYS = {
    "read": lambda client, address: client.get(address),
    "read by htmx": lambda client, address: client.get(address, headers=HTMX),
    "written": lambda client, address: client.post(address, HARM),
    "written by htmx": lambda client, address: client.post(address, HARM, headers=HTMX),
}
PROGRAM = json.dumps(
    {
        "quantity": 3,
        "provider": "offline",
        "lines": [{"line": 1, "quantity": 1, "reason": "damaged"}],
        "carrier": "Royal Mail",
        "stock": 0,
        "label": "Mine",
        "address": {"country_code": "GB", "name": "Eve"},
    }
)


def by_program(method):
    """As a program says it, with the cookies that the stranger has."""

    def ask(client, address):
        cache.clear()  # so that nobody is told to wait
        return client.generic(method, address, PROGRAM, "application/json")

    return ask


OF_THE_API = {each: by_program(each) for each in ("GET", "POST", "PUT", "PATCH", "DELETE")}
ALL = {route.key: route for route in routes()}
OF_SOMEBODY = {key: route for key, route in ALL.items() if route.takes and key not in EVERYONES}


@pytest.fixture
def shop_of_all(demo):
    return world()


def shown(answer) -> str:
    """Everything that a client reads of an answer: the body, and where it leads."""
    body = b"".join(answer) if answer.streaming else answer.content
    return body.decode(errors="replace") + answer.get("Location", "")


def ways(route) -> dict:
    """What a form without an object changes is one's own, and nobody else's to see."""
    if route.name.startswith("api:"):
        return OF_THE_API if route.takes else {"GET": OF_THE_API["GET"]}
    reading = not route.takes and not route.is_admin
    return {way: ask for way, ask in WAYS.items() if not reading or way.startswith("read")}


def faults(client, route, address, keys=()):
    for way, ask in ways(route).items():
        for query in ("", *keys):
            answer = ask(client, address + query)
            text = shown(answer)
            what = f"{route.key} {way} {query and 'with another key '}: {answer.status_code}"
            if answer.status_code >= 500:
                yield what
            yield from (f"{what} shows {canary}" for canary in CANARIES if canary in text)
            if route.takes and route.key not in EVERYONES and not refused(route, answer):
                yield what


def refused(route, answer) -> bool:
    """As if there were no such thing, or with the question who it is; a cart is one's own."""
    if route.name in {"api:line", "api:code", "api:wish", "api:move"}:
        return answer.status_code in {200, 204, 404, 405, 422}
    if route.name.startswith("api:"):
        return answer.status_code in {401, 403, 404, 405}
    if route.name.startswith(("cart:", "wishlist:")):
        return answer.status_code in {303, 302, 404, 422, 200}
    if route.name.startswith("newsletter:"):
        return answer.status_code in {200, 404}  # a page of the shop that says so
    if answer.status_code in {302, 303}:
        return "login" in answer["Location"] or route.is_admin
    return answer.status_code in {403, 404, 405}


def test_every_route_with_something_in_its_address_is_known_to_the_matrix(shop_of_all):
    assert [key for key, route in ALL.items() if shop_of_all.kwargs(route) is None] == []
    assert len(OF_SOMEBODY) > 80


def test_the_seeds_hole_is_in_the_matrix_by_name():
    """In the seed a member read, changed and deleted another's order by counting up its id."""
    assert {"orders:detail", "orders:cancel", "api:order"} <= set(OF_SOMEBODY)
    assert {"api:payment", "api:settle", "api:cancel", "api:change", "api:again"} <= set(
        OF_SOMEBODY
    )
    assert {"api:returns", "api:withdraw", "api:one-to-fulfil", "api:parcels"} <= set(OF_SOMEBODY)
    assert ways(ALL["api:order"]).keys() == {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize("who", STRANGERS)
def test_nothing_leaks_and_nothing_changes(shop_of_all, who):
    stranger = strangers()[who]
    keys = ("?key=wrong", f"?key={shop_of_all.another.secret}")
    client, before = browser_of(stranger), everything(stranger)
    found: list[str] = []
    for route in ALL.values():
        known = keys if route.takes >= {"number"} else ()
        found += faults(client, route, shop_of_all.address(route), known)
        now = everything(stranger)
        if changed := [name for name, rows in now.items() if rows != before[name]]:
            found.append(f"{route.key} changed {changed}")
        if changed or (stranger and "_auth_user_id" not in client.session):
            client = browser_of(stranger)
            before = everything(stranger)
    assert found == []


@pytest.mark.parametrize("who", ["owner", "anonymous"])
def test_no_address_that_a_browser_may_come_to_is_a_white_page(shop_of_all, who):
    """Also those of forms: who signs in after pressing a button arrives by a GET."""
    white = []
    browser = browser_of(shop_of_all.owner if who == "owner" else None)
    browser.raise_request_exception = False  # the owner's passkey is made up, and of no device's
    for route in ALL.values():
        if route.is_admin or route.pattern.startswith(("webhooks/", "api/v1/")):
            continue  # for editors and for programs
        answer = browser.get(shop_of_all.address(route))
        if answer.status_code == 405 or not (shown(answer) or answer.status_code == 304):
            white.append(f"{route.key}: {answer.status_code}")
    assert white == []


def test_those_they_are_for_do_see_them(shop_of_all):
    """The control: the same addresses, with what makes them one's own, show what is theirs."""
    owner, editor = shop_of_all.clients()
    order, key = shop_of_all.order, f"?key={shop_of_all.order.secret}"
    for name in ("orders:detail", "orders:invoice", "api:order"):
        assert CANARIES[0] in shown(Client().get(shop_of_all.address(ALL[name]) + key)), name
    for at in ("/account/", "/api/v1/account/"):
        assert CANARIES[1] in shown(owner.get(at))
    for name in ("api:order", "api:address"):
        assert CANARIES[0] in shown(owner.get(shop_of_all.address(ALL[name]))), name
    changes = {name for name in ALL if name.startswith("admin:") and name.endswith("_change")}
    for name in changes - {"admin:privacy_export_change"}:  # which nobody reads row by row
        route = ALL[name]
        assert editor.get(shop_of_all.address(route)).status_code == 200, name
    page = editor.get(f"/admin/orders/order/{order.pk}/change/")
    assert CANARIES[2] in shown(page)
