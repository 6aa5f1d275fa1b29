"""Whatever is sold, in whatever currency: parts are the whole, and all papers say the same."""

import re
import secrets
import subprocess

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import factories
import placing
from dom import parse
from money.currency import price
from money.tax import tax_within
from orders import flows
from orders.flows.settlement import mark_paid
from orders.models import Attempt, Capture, Order, OrderLine, Refund, RefundLine
from outbox.models import Message

pytestmark = pytest.mark.django_db
CURRENCIES = ["JPY", "GBP", "KWD"]  # 0, 2 and 3 decimals
RATES = [0, 500, 525, 2000, 2550]
slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@st.composite
def goods(draw):
    unit, quantity = draw(st.integers(1, 99_999)), draw(st.integers(1, 7))
    discount = draw(st.integers(0, unit * quantity) | st.just(0))
    return unit, quantity, discount, draw(st.sampled_from(RATES))


@st.composite
def baskets(draw):
    delivery = draw(st.integers(0, 2000))
    return {
        "lines": draw(st.lists(goods(), min_size=1, max_size=4)),
        "delivery": delivery,
        "delivery_discount": draw(st.integers(0, delivery) | st.just(0)),
        "rate": draw(st.sampled_from(RATES)),
        "currency": draw(st.sampled_from(CURRENCIES)),
        "language": draw(st.sampled_from(["en", "zh-hant"])),
    }


def sold(basket):
    """A paid order of a basket; its total may be 0."""
    lines = [_line(each) for each in basket["lines"]]
    delivery = basket["delivery"] - basket["delivery_discount"]
    goods, discount = sum(x.total for x in lines), sum(x.discount for x in lines)
    delivery_tax = tax_within(delivery, basket["rate"])
    order = Order.objects.create(
        checkout_token=secrets.token_urlsafe(24),
        email="ada@example.com",
        address=dict(factories.ADDRESS),
        language=basket["language"],
        delivery_en="By post",
        delivery_zh="郵寄",
        delivery_price=basket["delivery"],
        delivery_discount=basket["delivery_discount"],
        delivery_tax_rate=basket["rate"],
        delivery_tax=delivery_tax,
        currency=basket["currency"],
        goods=goods,
        discount=discount,
        tax=sum(line.tax for line in lines) + delivery_tax,
        total=goods - discount + delivery,
    )
    for line in lines:
        line.order = order
        line.save()
    return _paid(order)


def _line(each):
    unit, quantity, discount, rate = each
    variant = factories.variant(stock=0)
    return OrderLine(
        variant=variant,
        sku=variant.sku,
        name_en="Tea cup",
        name_zh="茶杯",
        quantity=quantity,
        held=quantity,
        unit_price=unit,
        total=unit * quantity,
        discount=discount,
        tax_rate=rate,
        tax=tax_within(unit * quantity - discount, rate),
    )


def _paid(order):
    if order.total:
        fields = {"amount": order.total, "currency": order.currency}
        attempt = order.attempts.create(provider="bank", state=Attempt.State.CAPTURED, **fields)
        Capture.objects.create(attempt=attempt, capture_id=order.number, amount=order.total)
    mark_paid(order, None, "")
    return order


def snapshot(order):
    moving = {"held", "fulfilled", "refunded", "written_off", "restocked"}
    rows = order.lines.order_by("pk").values()
    return [{k: v for k, v in row.items() if k not in moving} for row in rows]


def books_balance(order):
    """On the shelf, held, sent and written off: what there was, and what came back."""
    for line in order.lines.select_related("variant"):
        there = line.variant.stock + line.held + line.fulfilled + line.written_off
        assert there == line.quantity + line.restocked
    live = Refund.objects.filter(capture__attempt__order=order).exclude(state="failed")
    assert sum(each.amount for each in live) <= order.total


def one_by_one(order, data):
    """Give everything back in random cuts, some pieces sent before."""
    for line in order.lines.all():
        if (n := data.draw(st.integers(0, line.quantity))) and order.state == "paid":
            flows.ship(order.pk, {line.pk: n}, placing.carrier())
            order.refresh_from_db()
    delivery = data.draw(st.integers(0, order.delivery_left))
    while any(line.refundable for line in order.lines.all()):
        pieces = {line.pk: data.draw(st.integers(0, line.refundable)) for line in order.lines.all()}
        amount = sum(part.amount for part in flows.parts(order, pieces)) + delivery
        if not amount:  # pieces that cost nothing go with those that did, or not at all
            pieces = {line.pk: line.refundable for line in order.lines.all()}
            delivery = order.delivery_left
            if not sum(part.amount for part in flows.parts(order, pieces)) + delivery:
                break
        restock = {pk for pk in pieces if data.draw(st.booleans())}
        yield flows.refund(order.pk, pieces, delivery=delivery, restock=restock)
        order.refresh_from_db()
        delivery = 0
    if order.delivery_left:
        yield flows.refund(order.pk, {}, delivery=order.delivery_left)


@pytest.mark.whole
@settings(max_examples=40, suppress_health_check=slow)
@given(basket=baskets(), data=st.data())
def test_all_refunds_of_an_order_are_its_total(bank, basket, data):
    bank.given_back.clear()
    with transaction.atomic():
        order = sold(basket)
        before, lines = snapshot(order), list(order.lines.all())
        for owed in one_by_one(order, data):
            flows.send_refund(owed.pk)
            books_balance(order)
            assert snapshot(order) == before
        assert sum(bank.given_back.values()) == order.total
        for line in lines:
            rows = RefundLine.objects.filter(line=line)
            if sum(row.quantity for row in rows) == line.quantity:
                assert sum(row.amount for row in rows) == line.charged
                assert sum(row.tax for row in rows) == line.tax
        transaction.set_rollback(True)


def amounts(text, currency, language):
    """Every sum of money in it, as it is written."""
    mark = re.escape(re.sub(r"[\d.,\s]", "", price(0, currency, language)))
    return sorted(re.sub(r"\s", "", each) for each in re.findall(rf"-?{mark}\s?[\d.,]*\d", text))


def pdf_text(content):
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()


@pytest.mark.outside
@settings(max_examples=10, suppress_health_check=slow)
@given(basket=baskets())
def test_page_mail_and_pdf_say_the_same_amounts(bank, basket):
    with transaction.atomic():
        order = sold(basket)
        currency, language = order.currency, order.language
        if order.total:
            pieces = {order.lines.all()[0].pk: 1}
            delivery = order.delivery_left or None
            if delivery or flows.parts(order, pieces)[0].amount:
                owed = flows.refund(order.pk, pieces, delivery=delivery or 0)
                flows.send_refund(owed.pk)
        prefix = "" if language == "en" else "/zh-hant"
        address = f"{prefix}/orders/{order.number}/invoice"
        html = Client().get(f"{address}/?key={order.secret}").text
        [sheet] = parse(html).xpath("//*[@id='invoice-sheet']")
        on_page = amounts(" ".join(sheet.itertext()), currency, language)
        pdf = Client().get(f"{address}.pdf?key={order.secret}").content
        assert amounts(pdf_text(pdf), currency, language) == on_page
        shown = Client().get(f"{prefix}/orders/{order.number}/?key={order.secret}").text
        mail = Message.objects.get(kind="paid").text
        for amount in (order.total, order.tax):
            [words] = amounts(price(amount, currency, language), currency, language)
            for said in (mail, shown, " ".join(sheet.itertext())):
                assert words in amounts(said, currency, language)
        for refund in order.refunds:
            [words] = amounts(price(refund.amount, currency, language), currency, language)
            told = Message.objects.get(kind="refunded")
            for said in (told.text, told.html, told.subject, shown):
                assert words in amounts(said, currency, language)
        transaction.set_rollback(True)
