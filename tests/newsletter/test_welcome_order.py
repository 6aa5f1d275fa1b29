"""The welcome code, from the mail to an order."""

import re

import pytest

import factories
from letters import on_the_list
from orders.models import Order
from outbox.models import Message
from shopping import Shopper

pytestmark = pytest.mark.django_db


def buys(email, code):
    """Somebody uses the code and agrees to what the last step shows; returns that and the order."""
    buyer, method = Shopper(), factories.delivery()
    buyer.prepare(factories.variant(), method=method, email=email)
    assert buyer.use(code).status_code == 303
    page = buyer.get("/checkout/review/").text
    buyer.place(**buyer.agree())
    return page, Order.objects.filter(email=email).first()


def test_it_takes_its_part_off_an_order_with_that_address_and_no_other(offer):
    on_the_list("ada@example.com")
    (code,) = re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}\b", Message.objects.get().text)
    page, order = buys("grace@example.com", code)
    assert "This code is for orders with the address that it was sent to." in page
    assert order.discounts.count() == 0
    _page, order = buys("Ada@example.com", code)
    assert [each.code for each in order.discounts.all()] == [code]
