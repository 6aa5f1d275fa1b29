"""A member's orders in the account: theirs, and nobody else's."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import factories
import placing
from dom import HTMX, form, parse
from orders import flows

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def ada():
    return factories.user("ada@example.com")


@pytest.fixture
def client(ada):
    client = Client()
    client.force_login(ada)
    return client


def place(user, **more):
    return placing.place((factories.variant(price=2400), 2), member=user, **more)


@pytest.mark.parametrize("prefix", ["", "/zh-hant"])
def test_each_has_number_date_total_state_and_a_link_without_the_secret(client, ada, prefix):
    method = factories.delivery(price=495)
    order = placing.pay(place(ada, method=method))
    page = client.get(f"{prefix}/orders/")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-store"
    year = str(order.placed_at.year)
    paid = "已付款" if prefix else "paid"
    for words in (order.number, year, "£52.95", paid, order.lines.get().title(prefix[1:] or "en")):
        assert words in page.text
    assert order.secret not in page.text
    [link] = parse(page.text).xpath("//main//h2/a/@href")
    assert link == f"{prefix}/orders/{order.number}/"
    opened = client.get(link)
    assert opened.status_code == 200 and order.number in opened.text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_who_is_not_signed_in_is_asked_to_and_led_back(db, headers):
    answer = Client().get("/orders/", headers=headers)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/login/?next=/orders/"


def test_those_of_others_are_not_there(client, ada):
    other, guests = place(factories.user()), place(None, email=ada.email)
    page = client.get("/orders/").text
    assert other.number not in page and guests.number not in page
    assert "no orders in your account" in page


def test_they_come_in_pages_newest_first(client, ada, settings):
    settings.UNPAID_ORDERS_MAX = 99
    orders = [place(ada) for _ in range(12)]
    first = parse(client.get("/orders/").text)
    assert first.xpath("string(//main//h2/a)") == f"Order {orders[-1].number}"
    assert len(first.xpath("//main//h2")) == 10
    [older] = first.xpath("//main//a[@rel='next']/@href")
    second = parse(client.get(f"/orders/{older}").text)
    assert [a.text for a in second.xpath("//main//h2/a")] == [
        f"Order {order.number}" for order in (orders[1], orders[0])
    ]
    for typed in ("0", "x", "99", "-1"):
        assert client.get(f"/orders/?page={typed}").status_code == 200


def test_it_costs_the_same_however_many_there_are(client, ada, settings):
    settings.UNPAID_ORDERS_MAX = 99
    place(ada)
    with CaptureQueriesContext(connection) as few:
        client.get("/orders/")
    for _ in range(5):
        placing.pay(place(ada))
    with CaptureQueriesContext(connection) as many:
        client.get("/orders/")
    assert len(many) == len(few)


def test_one_click_orders_again(client, ada):
    order = placing.pay(place(ada))
    button = form(parse(client.get("/orders/").text), "/again/")
    assert button.action == f"/orders/{order.number}/again/"
    answer = client.post(button.action, button.fields, follow=True)
    assert answer.request["PATH_INFO"] == "/cart/"
    assert f"Everything of order {order.number} is in your cart." in answer.text


def test_an_unpaid_one_is_paid_or_cancelled_rather_than_ordered_again(client, ada):
    order = place(ada)
    assert "/again/" not in client.get("/orders/").text
    flows.cancel(order.pk)
    assert "/again/" in client.get("/orders/").text
