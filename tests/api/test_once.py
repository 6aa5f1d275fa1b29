"""Idempotency-Key: sent again, done once, answered alike."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

import factories
import placing
from api.manners import once
from api.models import Answer
from api.tasks import clear
from calling import Caller, problem, token_of
from catalog.models import Variant
from contact.models import Thread
from orders.models import Order
from outbox.models import Message
from visiting import member

pytestmark = pytest.mark.slow

KEY = {"Idempotency-Key": "9b2e"}


@pytest.fixture
def cup(db):
    return factories.variant(stock=5)


@pytest.fixture
def guest():
    caller = Caller()
    caller.post("session/")
    return caller


def test_the_same_again_is_done_once_and_answered_alike(cup, guest):
    first, again = guest.add(cup, 2, **KEY), guest.add(cup, 2, **KEY)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert "Idempotent-Replayed" not in first and again["Idempotent-Replayed"] == "true"
    assert guest.get("cart/").json()["count"] == 2
    assert guest.add(cup, 2).json()["count"] == 4, "without a key it is another"


def test_a_key_for_something_else_is_told(cup, guest):
    guest.add(cup, 2, **KEY)
    assert problem(guest.add(cup, 3, **KEY)) == "key-used"
    assert problem(guest.post("cart/codes/", {"code": "X"}, **KEY)) == "key-used"
    assert guest.get("cart/").json()["count"] == 2


def test_a_refusal_is_an_answer_too(cup, guest):
    assert guest.add(cup, 9, **KEY).status_code == 422
    Variant.objects.update(stock=20)
    again = guest.add(cup, 9, **KEY)
    assert again.status_code == 422 and again["Content-Type"] == "application/problem+json"


def test_keys_of_two_people_are_two_keys(cup, guest):
    guest.add(cup, 1, **KEY)
    ada = member()
    for other in (Caller(ada), Caller(token=token_of(ada, "cart"))):
        assert "Idempotent-Replayed" not in other.add(cup, 1, **KEY)


def test_an_order_is_placed_once(cup, guest):
    post = factories.delivery()
    guest.add(cup)
    order = guest.order(post)
    first, again = guest.send(order, "k"), guest.send(order, "k")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content and first["Location"] == again["Location"]
    assert Order.objects.count() == 1


def test_a_guest_without_a_session_is_told_to_begin_one(cup):
    assert problem(Caller().add(cup, 1, **KEY)) == "no-session"
    assert not Answer.objects.exists()


def test_who_needs_no_session_writes_once(db):
    told = {"name": "Ada", "email": "ada@example.com", "subject": "A cup", "message": "Hello"}
    caller = Caller()
    assert {caller.post("contact/", told, **KEY).status_code for _ in range(3)} == {202}
    assert Thread.objects.count() == 1


def test_the_link_to_an_order_is_mailed_once(cup):
    order = placing.place((cup, 1))
    told, caller = {"number": order.number, "email": order.email}, Caller()
    for key in (KEY, KEY, {"Idempotency-Key": "another"}):
        assert caller.post("orders/find/", told, **key).status_code == 202
    assert Message.objects.filter(kind="order_link").count() == 2


@pytest.mark.parametrize("key", ["", "x" * 201, "\x7f", "é"])
def test_what_is_no_key_is_told(cup, guest, key):
    assert problem(guest.add(cup, 1, **{"Idempotency-Key": key})) == "malformed"


def test_an_answer_is_kept_for_a_day(cup, guest):
    guest.add(cup, 1, **KEY)
    Answer.objects.update(claimed_at=Now() - timedelta(hours=23))
    clear()
    assert guest.add(cup, 1, **KEY)["Idempotent-Replayed"]
    Answer.objects.update(claimed_at=Now() - timedelta(hours=25))
    assert "Idempotent-Replayed" not in guest.add(cup, 1, **KEY)
    Answer.objects.update(claimed_at=Now() - timedelta(hours=25))
    clear()
    assert not Answer.objects.exists()


def test_a_key_that_is_used_for_something_else_after_a_day_does_that(cup, guest):
    post, numbers = factories.delivery(), set()
    for quantity in (1, 2):
        guest.add(cup, quantity)
        placed = guest.place(post, key="order-1")
        assert placed.status_code == 201, placed.text
        numbers.add(placed.json()["number"])
        Answer.objects.update(claimed_at=Now() - timedelta(hours=25))
    assert len(numbers) == 2 == Order.objects.count()


def test_an_answer_is_about_who_has_the_address_and_not_a_part_of_it(cup, guest):
    guest.add(cup)
    guest.place(factories.delivery(), email="john.smith@example.com")
    assert Answer.objects.about(None, {"john.smith@example.com"}).count() == 1
    assert not Answer.objects.about(None, {"ohn.smith@example.com"}).exists()


def test_while_it_is_being_done_the_others_are_told(cup, guest, monkeypatch):
    monkeypatch.setattr(once, "PATIENCE", 0.2)
    guest.add(cup, 1, **KEY)
    Answer.objects.update(status=None)
    assert problem(guest.add(cup, 1, **KEY)) == "under-way"
    assert guest.last["Retry-After"] == "1"


def test_what_the_dead_have_begun_is_done_by_the_next(cup, guest):
    guest.add(cup, 1, **KEY)
    Answer.objects.update(status=None, claimed_at=Now() - timedelta(seconds=61))
    assert guest.add(cup, 1, **KEY).json()["count"] == 2, "its answer was lost with its change"


def test_a_fault_of_ours_is_no_answer(cup, guest, monkeypatch):
    from cart.cart import Cart

    guest.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(Cart, "add", lambda *_: 1 / 0)
        assert problem(guest.add(cup, 1, **KEY)) == "failed"
    assert not Answer.objects.exists()
    assert guest.add(cup, 1, **KEY).status_code == 201


def test_a_change_whose_answer_is_not_kept_has_not_been_made(cup, guest, monkeypatch):
    guest.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(Answer, "give", lambda *_: 1 / 0)
        assert problem(guest.add(cup, 1, **KEY)) == "failed"
    assert guest.get("cart/").json()["count"] == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["add", "place"])
def test_parallel_retries_have_one_effect_and_equal_answers(what):
    cup, post = factories.variant(stock=50), factories.delivery()
    guest = Caller()
    guest.post("session/")
    if what == "place":
        guest.add(cup, 2)
    order = guest.order(post) if what == "place" else None
    answers, ready = [], threading.Barrier(12)

    def ask():
        caller = Caller()
        caller.client.cookies = guest.client.cookies.copy()
        ready.wait()
        answer = caller.send(order, "k") if order else caller.add(cup, 2, **KEY)
        answers.append((answer.status_code, answer.content))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1 and answers[0][0] == 201, set(answers)
    if order:
        assert Order.objects.count() == 1
        assert json.loads(answers[0][1])["number"] == Order.objects.get().number
    else:
        assert guest.get("cart/").json()["count"] == 2
    assert Variant.objects.get().stock == (48 if order else 50)
