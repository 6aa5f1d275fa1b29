"""The order's page: for who has its secret, and for nobody else."""

import re

import pytest

import factories
from orders import flows

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(place):
    return place((factories.variant(price=2400), 2), method=factories.delivery(price=495))


def plain(answer):
    """A page without what its own address puts into it."""
    return re.sub(r'(href|value)="[^"]*"', "", answer.text)


@pytest.mark.parametrize("prefix", ["", "/zh-hant"])
def test_it_opens_with_the_right_secret_without_the_session(client, order, prefix):
    answer = client.get(prefix + order.get_absolute_url())
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert '<meta name="robots" content="noindex">' in answer.text
    line = order.lines.get()
    for words in (order.number, order.email, "£52.95", "GB33 BUKB", line.sku):
        assert words in answer.text
    assert (line.name_zh if prefix else line.name_en) in answer.text


def test_it_can_be_opened_again_and_again(client, order):
    address = order.get_absolute_url()
    assert {client.get(address).status_code for _ in range(3)} == {200}


@pytest.mark.parametrize(
    "address",
    [
        "/orders/{number}/",
        "/orders/{number}/?key=",
        "/orders/{number}/?key=wrong",
        "/orders/{number}/?key={secret}x",
        "/orders/{number}/?key=é",
        "/orders/{number}/?key=%00",
        "/orders/{number}/?key=%ff",
        "/orders/{lower}/?key={secret}",
        "/orders/2222-2222/?key={secret}",
        "/orders/2222-2222/?key=wrong",
        "/orders/2222-2222/",
        "/orders/%00/?key={secret}",
        "/orders/" + "9" * 3000 + "/?key={secret}",
    ],
)
def test_a_wrong_number_and_a_wrong_secret_are_the_same_404(client, order, address):
    words = {"number": order.number, "lower": order.number.lower(), "secret": order.secret}
    answer = client.get(address.format(**words))
    assert answer.status_code == 404
    assert plain(answer) == plain(client.get("/orders/3333-3333/?key=wrong"))
    assert order.email not in answer.text


def test_one_orders_secret_does_not_open_another(client, order, place):
    other = place((factories.variant(), 1))
    assert client.get(f"/orders/{other.number}/?key={order.secret}").status_code == 404


def test_it_tells_how_the_order_stands(client, order, overdue):
    address = order.get_absolute_url()
    assert "Thank you, Ada Byron" in client.get(address).text
    assert "Pay by bank transfer" in client.get(address).text
    overdue(order)
    flows.expire()
    page = client.get(address).text
    assert "This order has expired" in page
    assert "You were not charged." in page
    assert "GB33" not in page
    flows.settle(order.attempts.get().pk)
    page = client.get(address).text
    assert "Your payment has arrived." in page
    assert "GB33" not in page


def test_a_name_is_escaped(client, order):
    order.address["name"] = "<script>alert(1)</script>"
    order.save()
    page = client.get(order.get_absolute_url()).text
    assert "<script>alert" not in page
