"""An order's pages: for who has its secret and for its signed-in member, and for nobody else."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

import factories
import placing
from dom import HTMX, parse
from orders import flows
from orders.models import Order, ReturnRequest
from orders.urls import urlpatterns

pytestmark = [pytest.mark.django_db, pytest.mark.whole]
# Every page of an order, from the addresses themselves: a new one is under these tests at once.
PAGES = [each.name for each in urlpatterns if "<str:number>" in str(each.pattern)]
HEADERS = [{}, HTMX]


@pytest.fixture
def ada():
    return factories.user("ada@example.com")


@pytest.fixture
def order(place, bank, ada):
    """Paid and sent, with a return that waits."""
    cup = factories.variant(stock=5, price=1000)
    order = placing.pay(place((cup, 3), provider="bank", member=ada, email=ada.email))
    placing.send(order, 2)
    flows.ask_return(order.pk, {order.lines.get().pk: (1, "other")})
    return order


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def keyless(order, name):
    order.keyless = True
    args = [order.returns.get().pk] if name == "withdraw-return" else []
    try:
        return order.at(f"orders:{name}", *args)
    finally:
        order.keyless = False


def everything():
    """All rows that a visit could have changed."""
    return [list(model.objects.order_by("pk").values()) for model in (Order, ReturnRequest)]


def asked(client, address, **more):
    return [method(address, **more) for method in (client.get, client.post)]


def plain(answer):
    return re.sub(r'(href|value|action)="[^"]*"', "", answer.text)


def test_the_pages_are_looked_through():
    assert {"detail", "pay", "cancel", "change", "return", "again", "ask-return"} < set(PAGES)
    assert {"withdraw-return", "invoice", "invoice-pdf"} < set(PAGES)


@pytest.mark.parametrize("headers", HEADERS, ids=["plain", "htmx"])
@pytest.mark.parametrize("name", PAGES)
def test_a_guest_another_member_and_staff_find_nothing_and_change_nothing(order, name, headers):
    address, before = keyless(order, name), everything()
    others = [Client(), signed_in(factories.user()), signed_in(factories.user(is_staff=True))]
    nothing = Client().get("/orders/3333-3333/")
    for client in others:
        for given in (address, f"{address}?key=wrong", f"{address}?key={order.secret}x"):
            for answer in asked(client, given, headers=headers):
                if answer.status_code == 405:  # said before anybody looks for the order
                    continue
                assert answer.status_code == 404, given
                assert order.email not in answer.text
        assert plain(Client().get(f"/orders/{order.number}/")) == plain(nothing)
    assert everything() == before


@pytest.mark.parametrize("name", PAGES)
def test_its_member_and_who_has_the_secret_are_let_in(order, ada, name):
    args = [order.returns.get().pk] if name == "withdraw-return" else []
    for client, address in [
        (signed_in(ada), keyless(order, name)),
        (Client(), order.at(f"orders:{name}", *args)),
    ]:
        statuses = {answer.status_code for answer in asked(client, address)}
        assert statuses <= {200, 302, 303, 405, 422}, statuses


def test_who_has_signed_out_finds_nothing(order, ada):
    client = signed_in(ada)
    assert client.get(keyless(order, "detail")).status_code == 200
    client.logout()
    assert client.get(keyless(order, "detail")).status_code == 404


@pytest.mark.parametrize("prefix", ["", "/zh-hant"])
@pytest.mark.parametrize("name", ["detail", "again", "withdraw-return"])
def test_who_finds_nothing_is_offered_to_sign_in_and_comes_back_to_the_order(
    order, ada, name, prefix
):
    address = prefix + keyless(order, name)
    page = parse(Client().get(f"{address}?key=wrong").text)
    (way,) = page.xpath("//main//a[contains(@href, '/account/login/')]/@href")
    assert page.xpath("//main//a[@href=$find]", find=f"{prefix}/orders/find/")
    assert parse_qs(urlsplit(way).query) == {"next": [address]}
    landed = signed_in(ada).get(address, follow=True)
    assert landed.status_code == 200 and order.number in landed.text
    known = parse(signed_in(factories.user()).get(address).text)
    assert not known.xpath("//main//a[contains(@href, '/account/login/')]")


def test_to_its_member_no_page_shows_the_secret(order, ada):
    """So that it stands in no history of a browser that somebody else uses after."""
    client = signed_in(ada)
    for name in ("detail", "invoice", "ask-return"):
        answer = client.get(keyless(order, name))
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert order.secret not in answer.text
    assert order.secret not in client.get("/orders/").text
    answer = client.post(keyless(order, "withdraw-return"))
    assert answer.headers["Location"] == f"/orders/{order.number}/"


def test_every_link_of_a_guests_page_keeps_the_secret(order):
    page = parse(Client().get(order.get_absolute_url()).text)
    links = page.xpath("//main//a/@href | //main//form/@action")
    own = [link for link in links if urlsplit(link).path.startswith(f"/orders/{order.number}/")]
    assert len(own) >= 3
    assert all(f"key={order.secret}" in link for link in own)


def test_a_member_who_has_the_secret_too_is_let_in_by_it(order):
    client = signed_in(factories.user())
    assert client.get(order.get_absolute_url()).status_code == 200


def test_an_order_of_nobody_is_opened_by_no_member(place):
    order = place((factories.variant(), 1))
    assert signed_in(factories.user()).get(f"/orders/{order.number}/").status_code == 404
