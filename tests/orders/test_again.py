"""Order again: into the cart with what there is, and plain words about what there is not."""

import uuid

import pytest
from django.conf import settings

import factories
import placing
from cart.cart import Cart
from catalog.models import Product, Variant
from dom import form, parse
from orders import flows
from races import at_once, in_a_thread
from shopping import Shopper, leads_to
from web.sessions import SessionStore

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


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
    assert leads_to(client.get(order.again_url)) == order.get_absolute_url()
    assert not held(client)


def press(client, page, action):
    """The button of a page, as often as one likes."""
    button = form(parse(client.get(page).text), action)
    return lambda: client.post(button.action, button.fields, follow=True).text


def test_the_same_press_twice_puts_it_into_the_cart_once(client, order, cup):
    pressed = press(client, order.get_absolute_url(), "/again/")
    assert "Everything of order" in pressed()
    assert f"Order {order.number} has been put into your cart already." in pressed()
    assert held(client) == {cup.pk: 3}
    press(client, order.get_absolute_url(), "/again/")()
    assert held(client) == {cup.pk: 6}


def test_the_same_press_twice_in_the_list_of_a_member(client, place, cup):
    ada = factories.user()
    one, other = (placing.pay(place((cup, 1), member=ada)) for _ in range(2))
    client.force_login(ada)
    for order in (one, other):
        pressed = press(client, "/orders/", f"/{order.number}/again/")
        for _ in range(2):
            pressed()
    assert Cart(client.session, ada).quantities == {cup.pk: 2}


@pytest.mark.postgres
def test_the_same_press_many_times_at_once(transactional_db, order, cup):
    session, once = SessionStore(), uuid.uuid4()
    session.create()
    key = session.session_key

    def put():
        return flows.again(order, Cart(SessionStore(key)), once)

    results = at_once([in_a_thread(put)] * 8)
    assert len([result for result in results if result]) == 1
    assert Cart(SessionStore(key)).quantities == {cup.pk: 3}


def test_a_press_that_put_nothing_in_is_remembered_too(client, order, cup):
    Variant.objects.filter(pk=cup.pk).update(stock=0)
    pressed = press(client, order.get_absolute_url(), "/again/")
    pressed()
    Variant.objects.filter(pk=cup.pk).update(stock=9)
    pressed()
    assert held(client) == {}


def test_a_session_remembers_the_latest_presses(client, order, settings):
    settings.CART_MAX_QUANTITY = 100
    for _ in range(12):
        assert client.post(order.again_url).status_code == 303
    assert len(client.session["ordered-again"]) == 10


def test_a_session_that_has_gone_is_no_error(client, order, cup):
    Shopper(client).add(factories.variant(), 1)
    client.session.delete()
    assert client.post(order.again_url).status_code == 303
    assert held(client) == {cup.pk: 3}


def test_the_verb_tells_of_every_line(order, cart_of, cup):
    result = flows.again(order, cart_of(), uuid.uuid4())
    assert [(line.sku, n) for line, n in result.added] == [(cup.sku, 3)]
    assert (result.gone, result.short, result.repriced) == ([], [], [])
    assert settings.CART_MAX_QUANTITY >= 3
