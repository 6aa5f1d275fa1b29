"""Pieces of a paid order leave in parcels, and the shopper is told of each once."""

import uuid

import pytest
from django.db import connection

import factories
import placing
from orders import flows
from orders.models import Order, OrderLine, Shipment
from outbox.models import Message
from races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def order(place):
    """Three cups and a bowl, paid."""
    cup, bowl = factories.variant(stock=5), factories.variant(stock=5)
    return placing.pay(place((cup, 3), (bowl, 1)))


def lines(order):
    return list(order.lines.order_by("pk"))


def counts(order):
    return [(line.held, line.fulfilled) for line in lines(order)]


def kinds(order):
    return [event.kind for event in order.events.all()]


def mails():
    return Message.objects.filter(kind="shipped").order_by("pk")


def test_a_part_is_sent_and_the_order_stays_paid(order):
    cup, bowl = lines(order)
    parcel = flows.ship(order.pk, {cup.pk: 2, bowl.pk: 0}, placing.carrier(), "RM 1/2")
    order.refresh_from_db()
    assert counts(order) == [(1, 2), (1, 0)]
    assert (order.state, order.standing) == ("paid", "paid, partly sent")
    assert [(each.line, each.quantity) for each in parcel.lines.all()] == [(cup, 2)]
    assert kinds(order) == ["placed", "paid", "shipped"]


def test_once_all_is_sent_the_order_is_sent(order):
    cup, _bowl = lines(order)
    flows.ship(order.pk, {cup.pk: 2}, placing.carrier())
    placing.send(order)
    order.refresh_from_db()
    assert counts(order) == [(0, 3), (0, 1)]
    assert order.state == Order.State.FULFILLED
    assert kinds(order)[-3:] == ["shipped", "shipped", "fulfilled"]


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_mail_tells_what_is_in_it_and_what_is_still_to_come(place, language):
    cup, bowl = factories.variant(price=2400), factories.variant(price=999)
    order = placing.pay(place((cup, 3), (bowl, 1), language=language))
    first, second = lines(order)
    flows.ship(order.pk, {first.pk: 2}, placing.carrier(), "RM 1/2")
    mail = mails().get()
    assert mail.to == order.email
    assert mail.language == language
    for text in (mail.text, mail.html):
        assert "https://track.example/RM%201%2F2" in text
        assert "RM 1/2" in text
        assert "Royal Mail" in text
        assert f"2 × {first.title(language)}" in text
        assert f"1 × {second.title(language)}" in text
        assert f"/orders/{order.number}/?key={order.secret}" in text
    placing.send(order)
    last = mails().last()
    to_come = {"en": "Still to come", "zh-hant": "尚待寄出"}[language]
    assert to_come in mail.text and to_come in mail.html
    assert to_come not in last.text + last.html


def test_a_carrier_without_a_tracking_page_has_no_link(order):
    placing.carrier(url="")
    placing.send(order)
    assert "Follow the parcel" not in mails().get().html
    parcel = Shipment.objects.get()
    assert parcel.tracking_url == ""
    parcel.carrier.tracking_url = "https://track.example/"
    assert parcel.tracking_url == "https://track.example/"  # where one types the number
    parcel.tracking = ""
    assert parcel.tracking_url == ""


@pytest.mark.parametrize("n", [-1, 0, 4])
def test_what_is_not_held_is_not_sent(order, n):
    cup, bowl = lines(order)
    pieces = {bowl.pk: 1, cup.pk: n} if n else {}
    with pytest.raises(flows.NotShipped):
        flows.ship(order.pk, pieces, placing.carrier())
    assert counts(order) == [(3, 0), (1, 0)]
    assert not Shipment.objects.exists()
    assert not mails().exists()
    assert kinds(order) == ["placed", "paid"]


def test_a_line_of_another_order_is_not_sent(order, place):
    other = placing.pay(place((factories.variant(), 1)))
    with pytest.raises(flows.NotShipped):
        flows.ship(order.pk, {lines(other)[0].pk: 1}, placing.carrier())
    assert counts(other) == [(1, 0)]


@pytest.mark.parametrize("state", ["awaiting", "expired", "cancelled", "fulfilled"])
def test_only_a_paid_order_is_sent(order, state):
    Order.objects.update(state=state)
    with pytest.raises(flows.NotShipped):
        placing.send(order)
    assert not Shipment.objects.exists()


def test_the_same_form_twice_is_one_parcel(order, place):
    cup, _bowl = lines(order)
    form = uuid.uuid4()
    parcels = [
        flows.ship(order.pk, {cup.pk: 1}, placing.carrier(), request_id=form) for _ in range(2)
    ]
    assert parcels[0] == parcels[1]
    assert counts(order) == [(2, 1), (1, 0)]
    assert mails().count() == 1
    other = placing.pay(place((factories.variant(), 1)))
    with pytest.raises(flows.NotShipped):
        flows.ship(other.pk, {lines(other)[0].pk: 1}, placing.carrier(), request_id=form)


@pytest.mark.postgres
@pytest.mark.parametrize("forms", ["the same form", "forms of their own"])
def test_ship_pressed_by_many_at_once_sends_what_there_is(transactional_db, forms):
    order = placing.pay(placing.place((factories.variant(stock=9), 2)))
    line, carrier, form = order.lines.get(), placing.carrier(), uuid.uuid4()

    def press():
        mine = form if forms == "the same form" else uuid.uuid4()
        try:
            return flows.ship(order.pk, {line.pk: 2}, carrier, request_id=mine).pk
        except flows.NotShipped:
            return None
        finally:
            connection.close()

    answers = at_once([press] * 8)
    parcel = Shipment.objects.get()
    if forms == "the same form":
        assert set(answers) == {parcel.pk}
    else:
        assert sorted(answers, key=bool) == [None] * 7 + [parcel.pk]
    line = OrderLine.objects.get()
    assert (line.held, line.fulfilled) == (0, 2)
    assert mails().count() == 1
    assert [e.kind for e in order.events.all()].count("fulfilled") == 1
