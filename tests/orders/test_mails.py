"""What a shopper is mailed: placed and paid, once each, with a link that leads to the order."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest

import factories
from dom import parse
from orders import flows
from orders.models import Order
from outbox.models import Message
from outbox.post import sweep_due
from shopping import Shopper, leads_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def post():
    return factories.delivery(price=495, countries=["GB"])


def links(text):
    return re.findall(r"https?://[^\s\"<>]+", unescape(text))


@pytest.mark.parametrize(("prefix", "language"), [("", "en"), ("/zh-hant", "zh-hant")])
def test_the_mails_are_in_the_orders_language_as_text_and_html(
    client, post, mailoutbox, settings, prefix, language
):
    settings.SITE_URL = "https://inkandleaf.example"
    variant = factories.variant(price=2400)
    Shopper(client, prefix).buy(variant, method=post)
    order = Order.objects.get()
    flows.settle(order.attempts.get().pk)
    sweep_due()
    mine, other = variant.product.name_en, variant.product.name_zh
    if prefix:
        mine, other = other, mine
    assert len(mailoutbox) == 2
    for sent in mailoutbox:
        [html] = [part.content for part in sent.alternatives]
        assert order.number in sent.subject
        assert f'<html lang="{language}">' in html
        for text in (sent.body, html):
            assert mine in text
            assert other not in text
            assert "£28.95" in text
            assert order.number in text
        page = f"https://inkandleaf.example{prefix}/orders/{order.number}/?key={order.secret}"
        assert links(sent.body) == parse(html).xpath("//a/@href") == [page]
    placed, paid = mailoutbox
    assert "GB33 BUKB" in placed.body
    assert "GB33 BUKB" not in paid.body
    opened = client.get(f"{urlsplit(links(paid.body)[0]).path}?key={order.secret}")
    assert opened.status_code == 200


def test_each_is_written_exactly_once(client, post):
    shopper = Shopper(client)
    shopper.prepare(factories.variant(), method=post)
    form = shopper.agree()
    for _ in range(3):
        shopper.place(**form)
    assert [message.kind for message in Message.objects.all()] == ["placed"]
    order = Order.objects.get()
    for _ in range(3):
        flows.settle(order.attempts.get().pk)
    assert sorted(message.kind for message in Message.objects.all()) == ["paid", "placed"]
    assert {message.to for message in Message.objects.all()} == {order.email}


def test_an_order_that_expires_and_is_paid_late_is_mailed_as_paid_once(place, overdue):
    order = place((factories.variant(), 1))
    overdue(order)
    flows.expire()
    flows.settle(order.attempts.get().pk)
    assert sorted(message.kind for message in Message.objects.all()) == ["paid", "placed"]


@pytest.mark.parametrize(
    "forged", [{"host": "evil.example"}, {"x-forwarded-host": "evil.example"}], ids=str
)
def test_a_forged_host_never_reaches_a_link(client, post, settings, forged):
    settings.ALLOWED_HOSTS = ["*"]  # even where the first line of defence is missing
    settings.SITE_URL = "https://inkandleaf.example"
    shopper = Shopper(client)
    shopper.prepare(factories.variant(), method=post)
    answer = client.post("/checkout/review/", shopper.agree(), headers=forged)
    assert answer.status_code == 303
    flows.settle(Order.objects.get().attempts.get().pk)
    assert Message.objects.count() == 2
    for message in Message.objects.all():
        assert "evil" not in message.text + message.html + message.subject + message.message_id
        assert links(message.text)[0].startswith("https://inkandleaf.example/orders/")
    assert "evil" not in leads_to(answer)


def test_an_unknown_host_is_refused(client, settings):
    settings.ALLOWED_HOSTS = ["inkandleaf.example"]
    for address in ("/", "/cart/", "/zh-hant/cart/"):
        assert client.get(address, headers={"host": "inkandleaf.example"}).status_code == 200
        answer = client.get(address, headers={"host": "evil.example"})
        assert answer.status_code == 400, address
        assert "evil" not in answer.text


def test_names_are_escaped_in_html_and_plain_in_text(place, mailoutbox):
    product = factories.product(name_en="Cups & <b>saucers</b>")
    place((factories.variant(product), 1))
    sweep_due()
    [sent] = mailoutbox
    assert "Cups & <b>saucers</b>" in sent.body
    assert "Cups &amp; &lt;b&gt;saucers&lt;/b&gt;" in sent.alternatives[0].content
