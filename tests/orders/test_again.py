"""Order again: into the cart with what there is, and plain words about what there is not."""

import pytest
from django.conf import settings

import factories
import placing
from catalog.models import Product, Variant
from orders import flows
from shopping import Shopper

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup():
    return factories.variant(stock=9, price=1000)


@pytest.fixture
def order(place, cup):
    return placing.pay(place((cup, 3)))


def held(client):
    return {int(pk): entry["quantity"] for pk, entry in client.session.get("cart", {}).items()}


def again(client, order):
    return client.post(order.again_url, follow=True)


@pytest.mark.parametrize("prefix", ["", "/zh-hant"])
def test_a_guest_with_the_secret_has_it_all_in_the_cart_again(client, order, cup, prefix):
    answer = client.post(prefix + order.again_url)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{prefix}/cart/"
    assert held(client) == {cup.pk: 3}
    page = client.get(answer.headers["Location"]).text
    words = "的商品都放進購物車了" if prefix else "is in your cart."
    assert order.number in page and words in page


def test_it_comes_beside_what_is_there(client, order, cup):
    other = factories.variant()
    shopper = Shopper(client)
    shopper.add(other, 1)
    shopper.add(cup, 2)
    again(client, order)
    assert held(client) == {other.pk: 1, cup.pk: 5}


def test_the_order_itself_stays_as_it_is(client, order):
    before = list(order.lines.values()), order.events.count()
    again(client, order)
    assert (list(order.lines.values()), order.events.count()) == before


@pytest.mark.parametrize("how", ["deleted", "off", "product off"])
def test_what_is_gone_is_said(client, place, cup, how):
    other = factories.variant()
    order = placing.pay(place((cup, 1), (other, 1)))
    if how == "deleted":
        Variant.objects.filter(pk=other.pk).delete()
    elif how == "off":
        Variant.objects.filter(pk=other.pk).update(active=False)
    else:
        Product.objects.filter(pk=other.product_id).update(active=False)
    page = again(client, order).text
    assert held(client) == {cup.pk: 1}
    line = order.lines.get(sku=other.sku)
    assert f"No longer in the shop: {line.title()}." in page
    assert "What there still is of order" in page


@pytest.mark.parametrize(
    ("stock", "there", "n"), [(2, 0, 2), (0, 0, 0), (4, 2, 2), (4, 4, 0), (None, 0, 3)]
)
def test_as_many_as_there_are(client, order, cup, stock, there, n):
    if there:
        Shopper(client).add(cup, there)
    Variant.objects.filter(pk=cup.pk).update(stock=stock)
    page = again(client, order).text
    assert held(client).get(cup.pk, 0) == there + n
    assert (f"Not as many as then: {order.lines.get().title()}, {n} of 3." in page) == (n < 3)
    assert ("Nothing of order" in page) == (n == 0)


def test_no_more_than_a_line_may_have(client, order, cup, settings):
    settings.CART_MAX_QUANTITY = 4
    Shopper(client).add(cup, 2)
    page = again(client, order).text
    assert held(client) == {cup.pk: 4}
    assert ", 2 of 3." in page


def test_a_full_cart_takes_no_more_and_says_so(client, order, settings):
    settings.CART_MAX_LINES = 1
    Shopper(client).add(factories.variant(), 1)
    assert ", 0 of 3." in again(client, order).text
    assert len(held(client)) == 1


@pytest.mark.parametrize("price", [900, 1100])
def test_another_price_is_said(client, order, cup, price):
    Variant.objects.filter(pk=cup.pk).update(price=price)
    page = again(client, order).text
    now = f"£{price / 100:.2f}"
    assert f"{order.lines.get().title()}, {now} in place of £10.00." in page


def test_of_very_many_the_first_are_named_and_none_is_lost_from_the_count(client, place, cup):
    lines = [(factories.variant(), 1) for _ in range(12)]
    order = placing.pay(place((cup, 1), *lines))
    Variant.objects.exclude(pk=cup.pk).update(active=False)
    page = again(client, order).text
    assert page.count(lines[0][0].product.name_en) == 1
    assert "and 7 more" in page


def test_reading_puts_nothing_into_the_cart(client, order):
    assert client.get(order.again_url).status_code == 405
    assert not held(client)


def test_a_session_that_has_gone_is_no_error(client, order, cup):
    Shopper(client).add(factories.variant(), 1)
    client.session.delete()
    assert client.post(order.again_url).status_code == 303
    assert held(client) == {cup.pk: 3}


def test_the_verb_tells_of_every_line(order, cart_of, cup):
    result = flows.again(order, cart_of())
    assert [(line.sku, n) for line, n in result.added] == [(cup.sku, 3)]
    assert (result.gone, result.short, result.repriced) == ([], [], [])
    assert settings.CART_MAX_QUANTITY >= 3
