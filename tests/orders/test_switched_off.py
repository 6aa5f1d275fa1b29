"""A provider that is switched off while what it had begun is open: nobody knows, nothing fails."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

import factories
import placing
from calling import Caller, problem
from orders import flows
from orders.models import Attempt, Refund
from outbox.models import Message
from payments import PROVIDERS
from payments.provider import Unknown

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(place, bank):
    order = place(
        (factories.variant(stock=5, price=1000), 3),
        provider="bank",
        method=factories.delivery(price=495),
    )
    Attempt.objects.update(provider_order_id="B-1")
    return order


@pytest.fixture
def owed(begun):
    """A part of a paid order that was to be given back, and to which the provider said nothing."""
    placing.pay(begun)
    return flows.refund(begun.pk, {}, delivery=495)


@pytest.fixture
def off(monkeypatch):
    return lambda: monkeypatch.delitem(PROVIDERS, "bank")


def test_who_comes_back_from_it_is_told_to_try_again(begun, off):
    off()
    guest = Client()
    assert guest.get(begun.get_absolute_url()).status_code == 200
    at = f"/orders/{begun.number}/return/?key={begun.secret}&token=B-1"
    shown = guest.get(at, follow=True)
    assert "Your order is safe" in shown.text
    answer = Caller().post(f"orders/{begun.number}/payment/settle/?key={begun.secret}")
    assert (problem(answer), answer.status_code) == ("later", 503)


def test_what_was_not_begun_there_yet_can_be_paid_in_another_way(begun, bank, off):
    begun.attempts.update(state=Attempt.State.NEW, provider_order_id=None)
    off()
    at = f"orders/{begun.number}/payment/?key={begun.secret}"
    with pytest.raises(Unknown):
        flows.start(begun.attempts.get().pk)
    assert Caller().post(at, {"provider": "offline"}).status_code == 201


@pytest.mark.parametrize("state", ["created", "capturing", "pending"])
def test_payments_under_way_wait_until_it_is_back(begun, off, caplog, state):
    begun.attempts.update(state=state, ask_at="2020-01-01T00:00Z")
    off()
    flows.reconcile()
    assert begun.attempts.get().state == state
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_a_refund_is_given_back_once_it_is_there_again(begun, owed, bank, off, caplog):
    off()
    Refund.objects.update(ask_at="2020-01-01T00:00Z")
    flows.reconcile()
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
    PROVIDERS["bank"] = bank
    assert flows.send_refund(owed.pk).state == "done"
    assert bank.given_back == {str(owed.request_id): 495}


@pytest.mark.parametrize("state", ["due", "pending"])
def test_or_an_editor_gives_it_back_on_another_way(begun, owed, off, client, state):
    Refund.objects.update(state=state)
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    order, deed = (
        reverse(f"admin:orders_order_{name}", args=[begun.pk]) for name in ("change", "by-hand")
    )
    assert deed not in client.get(order).text
    assert flows.repaid_by_hand(owed.pk).state == state
    off()
    assert deed in client.get(order).text
    for _ in range(2):
        client.post(deed, {"refund": owed.pk, "why": "by cheque"})
    owed.refresh_from_db()
    assert owed.state == "done"
    assert Message.objects.filter(kind="refunded").count() == 1
    assert begun.events.get(kind="refunded").why == "by cheque"
