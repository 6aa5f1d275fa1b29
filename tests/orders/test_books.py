"""The look at the books with which `just faults` ends finds what is wrong in them."""

import email
import email.policy

import pytest
from books import Books
from django.db.models import F

import factories
from catalog.models import Variant
from orders.models import Order, OrderLine
from outbox.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.outside]
STOCK = 10


@pytest.fixture
def books(place, at_paypal):
    """Of an order of two cups, by bank transfer."""
    at_paypal.forget()
    cup = factories.variant(stock=STOCK)
    place((cup, 2))
    snapshots = {}

    def look(arrived=None):
        return Books(at_paypal, {cup.pk: STOCK}, snapshots).broken(arrived)

    return look


def letter(message):
    """As a mail server was given it."""
    heads = f"To: {message.to}\nSubject: {message.subject}\nMessage-ID: {message.message_id}\n\n"
    return email.message_from_string(heads, policy=email.policy.default)


def test_what_is_right_is_found_right(books):
    assert books([letter(each) for each in Message.objects.all()]) == []


def lose_a_piece():
    Variant.objects.update(stock=F("stock") - 1)


def forget_a_hold():
    OrderLine.objects.update(held=0)


def call_it_paid():
    Order.objects.update(state="paid")


def leave_it_under_way():
    Order.objects.get().attempts.update(state="capturing")


def lose_a_mail():
    Message.objects.all().delete()


@pytest.mark.parametrize(
    ("harm", "number"),
    [
        (lose_a_piece, "1, 2"),
        (forget_a_hold, "6"),
        (call_it_paid, "5"),
        (leave_it_under_way, "11"),
        (lose_a_mail, "10, written"),
    ],
)
def test_what_is_wrong_is_found(books, harm, number):
    harm()
    assert any(found.startswith(f"invariant {number}:") for found in books())


def test_an_order_that_has_changed_is_found(books):
    assert books() == []
    OrderLine.objects.update(sku="ANOTHER")
    assert any(found.startswith("invariant 13:") for found in books())


def test_a_mail_that_never_arrived_is_found_and_so_is_one_with_anothers_name(books):
    message = Message.objects.get()
    message.to = "somebody@example.com"
    for arrived in ([], [letter(Message.objects.get()), letter(message)]):
        assert any(found.startswith("invariant 10, arrived:") for found in books(arrived))
