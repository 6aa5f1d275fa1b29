"""Every error is a problem of RFC 9457, whoever finds it."""

import json

import pytest
from django.db import OperationalError
from django.test import Client

import factories
from api.manners.problems import KINDS
from calling import OURS, Caller, pointers, problem
from orders.models import Order

pytestmark = pytest.mark.django_db


def send(body, kind="application/json"):
    return Client(enforce_csrf_checks=True).post(
        "/api/v1/cart/lines/", body, content_type=kind, headers=OURS
    )


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b"[]", b"1", b"null", b'"x"', b"\xff", b'{"variant": NaN}', b'{"a": "\\ud800"}'),
        *(b"[" * 100_000, b'{"quantity": Infinity}'),
        b'{"a":' + b"[" * 1500 + b"]" * 1500 + b"}",  # which json can read
    ],
)
def test_what_is_no_json_object_is_told(body):
    assert problem(send(body)) == "malformed"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"]
)
def test_what_is_not_json_is_told(kind):
    assert problem(send(b"variant=1", kind)) == "not-json"


def test_a_body_larger_than_anything_honest_is_told():
    assert send(json.dumps({"code": "x" * 2_100_000}).encode()).status_code == 400
    assert problem(send(json.dumps({"code": "x" * 101_000}).encode())) == "too-large"
    many = json.dumps({"choice": "choose", "lines": [1] * 501}).encode()
    assert problem(send(many)) == "malformed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"variant": "1", "quantity": 1},
        {"variant": 1, "quantity": 1.5},
        {"variant": True, "quantity": 1},
        {"variant": [1], "quantity": 1},
        {"variant": {}, "quantity": 1},
        {"variant": None, "quantity": 1},
        {"variant": 2**63, "quantity": 1},
        {"variant": 1, "quantity": 10**30},
    ],
)
def test_values_of_another_type_are_told(wrong):
    assert len(pointers(Caller().post("cart/lines/", wrong))) == 1


def test_what_is_missing_is_told_in_the_forms_words():
    found = pointers(Caller().post("cart/lines/", {}))
    assert found["/quantity"] == "Enter a quantity."
    found = pointers(Caller(language="zh-hant").post("cart/lines/", {}))
    assert "quantity" not in found["/quantity"].lower()


@pytest.mark.parametrize(
    "posted",
    [
        *({"price": 1}, {"total": 1}, {"currency": "XXX"}, {"unit_price": {"amount": 1}}),
        {"member": 1},
    ],
)
def test_a_price_that_is_sent_is_read_by_nobody(posted):
    cup, guest = factories.variant(price=2400), Caller()
    told = {"variant": cup.pk, "quantity": 1} | posted
    assert guest.post("cart/lines/", told).json()["total"]["amount"] == 2400
    post = factories.delivery(price=495)
    order = guest.order(post) | posted
    assert guest.send(order).status_code == 201
    assert Order.objects.get().total == 2400 + 495


def test_a_fault_of_ours_is_a_problem_without_a_word_of_the_fault(monkeypatch):
    from cart.cart import Cart

    monkeypatch.setattr(Cart, "kept", property(lambda self: 1 / 0))
    caller = Caller()
    caller.client.raise_request_exception = False
    assert problem(caller.get("cart/")) == "failed"
    assert "division" not in caller.last.text


def test_a_database_that_is_away_is_told_and_when_to_come_back(monkeypatch):
    from api.manners import problems
    from cart.cart import Cart

    def away(self):
        raise OperationalError

    monkeypatch.setattr(Cart, "kept", property(away))
    monkeypatch.setattr(problems, "database_is_away", lambda: True)
    answer = Caller().get("cart/")
    assert problem(answer) == "later" and int(answer["Retry-After"]) > 0


def test_too_much_is_told_and_how_long_to_wait(monkeypatch):
    from api.manners import throttles
    from web.throttle import Throttle

    few = Throttle("api-few", most=2, seconds=60)
    monkeypatch.setitem(throttles.KINDS, "read", few)
    codes = [Caller().get("cart/").status_code for _ in range(4)]
    assert codes == [200, 200, 429, 429]
    assert Caller().get("cart/")["Retry-After"] == "60"


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_kind_has_a_title_in_both_languages_and_a_place_in_the_guide(demo, language):
    page = Client().get("/api/guide/" if language == "en" else "/zh-hant/api/guide/").text
    assert [code for code in KINDS if f'id="problem-{code}"' not in page] == []


def test_pages_elsewhere_stay_pages():
    assert "text/html" in Client().get("/api/nothing/")["Content-Type"]
    assert "text/html" in Client().get("/nothing/")["Content-Type"]
