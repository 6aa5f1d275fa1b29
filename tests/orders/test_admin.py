"""Editors work orders with verbs: they look, and say that a transfer has arrived."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

import factories
from orders import flows
from orders.models import Attempt, Order
from outbox.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.whole]


@pytest.fixture
def order(place):
    return place((factories.variant(stock=5), 2))


def staff(client, *permissions):
    """Sign in somebody who may use the admin, and may do only this."""
    user = factories.user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    assert len(permissions) == user.user_permissions.count()
    client.force_login(user)
    return user


def receive(order):
    return reverse("admin:orders_order_receive", args=[order.pk])


def change(order):
    return reverse("admin:orders_order_change", args=[order.pk])


def test_the_editor_is_asked_and_then_the_order_is_paid(client, order):
    editor = staff(client, "view_order", "settle_order")
    assert receive(order) in client.get(change(order)).text
    asked = client.get(receive(order))
    assert asked.status_code == 200
    assert order.number in asked.text
    order.refresh_from_db()
    assert order.state == Order.State.AWAITING
    answer = client.post(receive(order), {"why": "statement of May"}, follow=True)
    assert "The order is paid." in answer.text
    order.refresh_from_db()
    assert order.state == Order.State.PAID
    event = order.events.get(kind="paid")
    assert (event.who, event.why) == (editor, "statement of May")
    assert Message.objects.filter(kind="paid", to=order.email).count() == 1
    assert receive(order) not in client.get(change(order)).text


def test_saying_it_twice_pays_once(client, order):
    staff(client, "view_order", "settle_order")
    for _ in range(2):
        client.post(receive(order))
    assert order.events.filter(kind="paid").count() == 1
    assert Message.objects.filter(kind="paid").count() == 1


def test_saying_it_again_is_answered_with_what_is_so(client, order):
    staff(client, "view_order", "settle_order")
    client.post(receive(order), follow=True)
    answer = client.post(receive(order), follow=True)
    said = [(each.level_tag, each.message) for each in answer.context["messages"]]
    assert said == [("info", "The order is paid.")]


def test_a_payment_whose_booking_broke_off_can_still_be_received(client, order):
    staff(client, "view_order", "settle_order")
    order.attempts.update(state=Attempt.State.CAPTURING)
    assert receive(order) in client.get(change(order)).text
    assert client.get(receive(order)).status_code == 200
    assert "The order is paid." in client.post(receive(order), follow=True).text
    order.refresh_from_db()
    assert order.state == Order.State.PAID
    assert order.attempts.get().state == Attempt.State.CAPTURED


def test_a_zero_byte_in_the_reason_is_left_out(client, order):
    staff(client, "view_order", "settle_order")
    client.post(receive(order), {"why": "state\0ment of May"})
    assert order.events.get(kind="paid").why == "statement of May"


@pytest.mark.parametrize("permissions", [[], ["view_order"], ["view_order", "change_product"]])
def test_staff_without_the_permission_is_refused(client, order, permissions):
    staff(client, *permissions)
    for ask in (client.get, client.post):
        assert ask(receive(order)).status_code == 403
    order.refresh_from_db()
    assert order.state == Order.State.AWAITING
    page = client.get(change(order))
    assert page.status_code == (200 if permissions else 403)
    assert receive(order) not in page.text


def test_others_are_sent_to_sign_in(client, order):
    for who in (None, factories.user()):
        if who:
            client.force_login(who)
        for ask in (client.get, client.post):
            answer = ask(receive(order))
            assert answer.status_code == 302
            assert answer.headers["Location"].startswith("/admin/login/")
    order.refresh_from_db()
    assert order.state == Order.State.AWAITING


def test_an_order_is_read_and_not_edited(client, order):
    editor = factories.user(is_staff=True, is_superuser=True)
    client.force_login(editor)
    page = client.get(change(order))
    assert page.status_code == 200
    for words in (order.number, order.email, order.lines.get().sku, "SW1Y 4JH"):
        assert words in page.text
    assert client.get(reverse("admin:orders_order_changelist")).status_code == 200
    assert client.post(change(order), {"email": "x@example.com"}).status_code == 403
    assert client.get(reverse("admin:orders_order_add")).status_code == 403
    delete = reverse("admin:orders_order_delete", args=[order.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert Order.objects.get().email == order.email


def test_a_late_transfer_is_held_again_or_told(client, order, overdue):
    staff(client, "view_order", "settle_order")
    variant = order.lines.get().variant
    overdue(order)
    flows.expire()
    type(variant).objects.update(stock=1)
    page = client.post(receive(order), follow=True).text
    assert f"{variant.sku} has been sold since" in page
    type(variant).objects.update(stock=2)
    assert "The order is paid." in client.post(receive(order), follow=True).text


def test_an_order_that_is_not_there_is_404(client):
    staff(client, "view_order", "settle_order")
    for ask in (client.get, client.post):
        assert ask("/admin/orders/order/987654321/receive/").status_code == 404
