"""Many shoppers at once: nothing is sold twice, and nobody waits for ever."""

import pytest
from django.db import connection

import factories
import placing
from catalog.models import Variant
from orders.models import Order, OrderLine
from outbox.models import Message
from races import SERVER, at_once, unguarded
from shopping import Shopper, leads_to

pytestmark = pytest.mark.postgres
TOLD = ("was bought by someone else a moment ago", "Something has changed since you last looked")


@pytest.fixture
def method(transactional_db):
    return factories.delivery()


def shoppers(shop, number):
    return [Shopper.over_http(shop.url) for _ in range(number)]


def the_last_piece(shop, method, many=20):
    """All want the last piece, all agree at the same moment; returns it and the answers."""
    last = factories.variant(stock=1)
    buyers = shoppers(shop, many)
    forms = []
    for n, buyer in enumerate(buyers):
        buyer.prepare(last, method=method, email=f"buyer-{n}@example.com")
        forms.append(buyer.agree())
    answers = at_once([lambda b=b, f=f: b.place(**f) for b, f in zip(buyers, forms, strict=True)])
    return last, answers, buyers


def test_the_last_piece_is_sold_once(shop_server, method):
    last, answers, buyers = the_last_piece(shop_server(**SERVER), method)
    losers = [(a, b) for a, b in zip(answers, buyers, strict=True) if a.status_code != 303]
    assert len(losers) == len(answers) - 1
    for answer, buyer in losers:
        assert leads_to(answer) == "/cart/"
        page = buyer.get("/cart/").text
        assert any(words in page for words in TOLD)
        assert "Sold out." in page
    assert Order.objects.count() == Message.objects.count() == 1
    assert OrderLine.objects.get().held == 1
    last.refresh_from_db()
    assert last.stock == 0


def test_control_read_decide_write_sells_it_more_than_once(shop_server, method):
    shop = shop_server(**SERVER, **unguarded("taking"))
    last, _answers, _buyers = the_last_piece(shop, method)
    assert Order.objects.count() > 1
    last.refresh_from_db()
    assert last.stock == 0  # and the shelf looks right


def test_fifty_identical_posts_make_one_order(shop_server, method):
    shop = shop_server(**SERVER)
    variant = factories.variant(stock=100)
    [shopper] = shoppers(shop, 1)
    shopper.prepare(variant, method=method)
    form = shopper.agree()
    cookies = {"sessionid": shopper.client.cookies["sessionid"]}
    windows = [Shopper.over_http(shop.url, cookies=cookies) for _ in range(50)]
    answers = at_once([lambda w=w: w.place(**form) for w in windows])
    assert {answer.status_code for answer in answers} == {303}
    assert {leads_to(answer) for answer in answers} == {Order.objects.get().get_absolute_url()}
    variant.refresh_from_db()
    assert variant.stock == 99
    assert [message.kind for message in Message.objects.all()] == ["placed"]


def test_a_token_that_two_sessions_hold_makes_one_order(method):
    """Who loses the race for the token is given the winner's order."""
    variant = factories.variant(stock=100)
    carts = [placing.cart_of((variant, 1)) for _ in range(8)]

    def place(cart):
        try:
            return placing.place(cart=cart, token="the-same", method=method)
        finally:
            connection.close()

    orders = at_once([lambda c=c: place(c) for c in carts])
    assert set(orders) == {Order.objects.get()}
    variant.refresh_from_db()
    assert variant.stock == 99
    assert Message.objects.count() == 1


def test_carts_in_any_order_of_lines_do_not_block_each_other(shop_server, method):
    shop = shop_server(**SERVER)
    shelf = [factories.variant(stock=1000) for _ in range(4)]
    buyers = shoppers(shop, 16)
    for round_ in range(3):
        forms = []
        for n, buyer in enumerate(buyers):
            turned = shelf[n % 4 :] + shelf[: n % 4]
            lines = turned if n % 2 else turned[::-1]
            buyer.prepare(*lines, method=method, email=f"{n}-{round_}@example.com")
            forms.append(buyer.agree())
        answers = at_once(
            [lambda b=b, f=f: b.place(**f) for b, f in zip(buyers, forms, strict=True)]
        )
        assert {answer.status_code for answer in answers} == {303}
    assert Order.objects.count() == 48
    assert set(Variant.objects.values_list("stock", flat=True)) == {1000 - 48}
    assert deadlocks() == 0


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
