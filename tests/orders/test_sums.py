"""Whatever is bought, in whatever currency: page, mail and PayPal agree to the minor unit."""

import re
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as run_with
from hypothesis import strategies as st

import factories
from money.currency import exponent, price
from money.tax import tax_within
from orders import mail
from orders.models import Order, OrderLine
from payments.paypal import purchase_unit
from payments.provider import Stage
from placing import place

pytestmark = pytest.mark.django_db

WHOLE = {"TWD", "HUF"}  # PayPal wants them without decimals, which ISO 4217 gives them
currencies = st.sampled_from(["GBP", "EUR", "JPY", "KWD", "TWD", "HUF"])
rates = st.sampled_from([0, 500, 700, 1900, 2000, 2700])
pieces = st.tuples(st.integers(1, 50_000), rates, st.integers(1, 9))
shares = st.integers(0, 100)


@st.composite
def purchases(draw):
    """A currency, lines of (price, rate, quantity), delivery, and discounts in percent."""
    currency = draw(currencies)
    lines, delivery = draw(st.lists(pieces, min_size=1, max_size=5)), draw(st.integers(0, 3000))
    off, delivery_off = draw(shares), draw(shares)
    if currency in WHOLE and draw(st.integers(0, 3)):
        lines = [(amount * 100, rate, n) for amount, rate, n in lines]
        delivery, off, delivery_off = delivery * 100, off // 90 * 50, 0
    return currency, lines, delivery, draw(rates), off, delivery_off


def placed(settings, purchase):
    currency, lines, delivery, rate, off, delivery_off = purchase
    settings.SHOP_CURRENCY = currency
    cart = [
        (factories.variant(factories.product(rate), price=amount, stock=None), n)
        for amount, rate, n in lines
    ]
    method = factories.delivery(price=delivery, tax_class=factories.tax_class(rate))
    order = place(*cart, method=method, provider="offline")
    return discounted(order, off, delivery_off)


def discounted(order, off, delivery_off):
    """As a coupon would leave the rows; what costs nothing needs no provider."""
    for line in order.lines.all():
        discount = line.total * off // 100
        tax = tax_within(line.total - discount, line.tax_rate)
        OrderLine.objects.filter(pk=line.pk).update(discount=discount, tax=tax)
    less = order.delivery_price * delivery_off // 100
    rows = list(order.lines.all())
    discount = sum(line.discount for line in rows)
    delivery_tax = tax_within(order.delivery_price - less, order.delivery_tax_rate)
    Order.objects.filter(pk=order.pk).update(
        discount=discount,
        delivery_discount=less,
        delivery_tax=delivery_tax,
        tax=sum(line.tax for line in rows) + delivery_tax,
        total=order.goods - discount + order.delivery_price - less,
    )
    order.refresh_from_db()
    return order


def prices_in(text, currency):
    """Every amount in a text, as written for a reader of English."""
    plain = unescape(re.sub(r"<[^>]+>", " ", text)).replace("\xa0", " ")
    sample = price(0, currency, "en").replace("\xa0", " ")
    sign = re.escape(re.sub(r"[\d.,]+", "", sample).strip())
    found = re.findall(rf"{sign}\s?([\d,]+(?:\.\d+)?)", plain)
    return {int(each.replace(",", "").replace(".", "")) for each in found}


@given(purchase=purchases())
@run_with(max_examples=40, suppress_health_check=list(HealthCheck))
def test_page_rows_mail_and_paypal_agree(purchase, paypal, adapter, settings):
    order = placed(settings, purchase)
    assert_rows_add_up(order)
    assert_page_and_mail_say_the_same(order)
    if order.total:
        assert_paypal_says_the_same(order, paypal, adapter)


def assert_rows_add_up(order):
    lines = list(order.lines.all())
    assert order.goods == sum(line.unit_price * line.quantity for line in lines)
    assert order.total == sum(line.charged for line in lines) + order.delivery_charged
    assert order.tax == sum(line.tax for line in lines) + order.delivery_tax
    assert sum(part["gross"] for part in order.taxes) == order.total
    assert sum(part["tax"] for part in order.taxes) == order.tax


def assert_page_and_mail_say_the_same(order):
    cache.clear()
    page = Client().get(order.get_absolute_url())
    assert page.status_code == 200
    mail.paid(order, order.record("paid"))
    message = order_mail(order)
    must = {order.total, *(line.total for line in order.lines.all())}
    main = page.content.decode().partition("<main")[2].partition("</main")[0]
    for text in (main, message.text, message.html):
        assert must <= prices_in(text, order.currency)


def order_mail(order):
    from outbox.models import Message

    return Message.objects.filter(kind="paid", to=order.email).get()


def assert_paypal_says_the_same(order, paypal, adapter):
    order.attempts.all().delete()
    attempt = order.attempts.create(provider="paypal", amount=order.total, currency=order.currency)
    if order.currency in WHOLE and order.total % 100:
        assert not adapter.takes(order.total, order.currency)
        return
    assert adapter.takes(order.total, order.currency) == (order.currency != "KWD")
    created = adapter.create(attempt)  # the simulator refuses what does not add up
    attempt.provider_order_id, attempt.payee = created.provider_order_id, created.payee
    seen = adapter.read(attempt)
    assert (seen.amount, seen.currency, seen.stage) == (order.total, order.currency, Stage.WAITING)
    paypal.approve(created.provider_order_id)
    assert adapter.capture(attempt).amount == order.total
    if exponent(order.currency) and order.currency not in WHOLE:
        assert_breakdown_is_exact(order, purchase_unit(attempt))


def assert_breakdown_is_exact(order, unit):
    def minor(money):
        return int(money["value"].replace(".", ""))

    parts = {name: minor(part) for name, part in unit["amount"]["breakdown"].items()}
    lines = list(order.lines.all())
    assert parts["tax_total"] == sum(line.tax for line in lines)
    assert parts["item_total"] + parts["tax_total"] == order.goods
    assert (parts["discount"], parts["shipping"]) == (order.discount, order.delivery_price)
    for item, line in zip(unit["items"], lines, strict=True):
        assert minor(item["unit_amount"]) + minor(item["tax"]) == line.total


@pytest.mark.parametrize("currency", sorted(WHOLE))
def test_taxes_with_decimals_do_not_spoil_a_sum_that_paypal_takes_without(
    currency, paypal, adapter, settings
):
    order = placed(settings, (currency, [(10_000, 2000, 1)] * 3, 5000, 2000, 0, 0))
    assert_paypal_says_the_same(order, paypal, adapter)


@pytest.mark.parametrize("currency", sorted(WHOLE))
def test_prices_with_decimals_leave_only_their_whole_sum_to_be_shown(
    currency, paypal, adapter, settings
):
    order = placed(settings, (currency, [(10_050, 2000, 1), (9_950, 0, 1)], 5000, 2000, 0, 0))
    assert_paypal_says_the_same(order, paypal, adapter)
    assert "items" not in purchase_unit(order.attempts.get())
