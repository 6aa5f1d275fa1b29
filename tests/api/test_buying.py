"""Everything that a browser can do, done by calls alone."""

import pytest
from django.test import Client

import factories
import placing
from calling import Caller, pointers, problem
from catalog.models import Variant
from orders import flows
from orders.models import Order, ReturnRequest
from outbox.models import Message
from paying import assert_books_agree
from visiting import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup():
    return factories.variant(price=2400, stock=5)


@pytest.fixture
def post():
    return factories.delivery(price=495)


def test_a_guest_buys_by_the_api_alone(cup, post):
    guest = Caller()
    cart = guest.add(cup, 2).json()
    assert (cart["count"], cart["total"]) == (
        2,
        {"amount": 4800, "currency": "GBP", "text": "£48.00"},
    )
    placed = guest.place(post)
    assert placed.status_code == 201, placed.text
    order = placed.json()
    assert order["total"]["amount"] == 4800 + 495
    assert order["payment"]["provider"] == "offline"
    assert placed["Location"].endswith(f"/api/v1/orders/{order['number']}/")
    assert guest.get("cart/").json()["count"] == 0
    assert [each["number"] for each in guest.get("orders/").json()["items"]] == [order["number"]]
    flows.settle(Order.objects.get().attempts.get().pk)
    assert guest.get(f"orders/{order['number']}/").json()["state"] == "paid"
    cup.refresh_from_db()
    assert cup.stock == 3


def test_a_guest_pays_with_paypal_by_the_api_alone(cup, post, at_paypal, mailoutbox):
    guest = Caller()
    guest.add(cup, 2)
    placed = guest.place(post, provider="paypal").json()
    at, payment = f"orders/{placed['number']}/", placed["payment"]
    assert (payment["state"], payment["amount"]["text"]) == ("created", "£52.95")
    assert problem(guest.post(f"{at}payment/settle/")) == "not-paid"
    assert Order.objects.get().state == "awaiting"
    at_paypal.choose(payment["approve_url"].rpartition("=")[2])
    for _ in range(2):  # who asks twice pays once
        told = guest.post(f"{at}payment/settle/").json()
        assert (told["state"], told["payment"]["state"]) == ("paid", "captured")
    assert guest.get(at).json()["state"] == "paid"
    assert_books_agree(at_paypal)
    Message.objects.get(kind="paid").deliver()
    (sent,) = mailoutbox
    assert sent.to == ["ada@example.com"]
    assert placed["number"] in sent.subject + sent.body and "£52.95" in sent.body


def test_who_is_declined_pays_in_another_way(cup, post, at_paypal):
    guest = Caller()
    guest.add(cup)
    placed = guest.place(post, provider="paypal").json()
    at = f"orders/{placed['number']}/payment/"
    at_paypal.choose(placed["payment"]["approve_url"].rpartition("=")[2], "decline")
    assert problem(guest.post(f"{at}settle/")) == "not-paid"
    assert guest.get(at).json()["providers"] == ["paypal", "offline"]
    told = guest.post(at, {"provider": "offline"}).json()
    assert (told["payment"]["provider"], told["payment"]["approve_url"]) == ("offline", "")
    assert_books_agree(at_paypal)


def test_a_cart_begun_in_the_browser_goes_on_in_the_api_and_back(cup, post):
    browser = Client()
    browser.post("/cart/add/", {"variant": cup.pk, "quantity": 2})
    program = Caller(client=browser)
    assert program.get("cart/").json()["lines"][0]["quantity"] == 2
    program.put(f"cart/lines/{cup.pk}/", {"quantity": 3})
    assert 'value="3"' in browser.get("/cart/").text
    browser.post(f"/cart/lines/{cup.pk}/remove/")
    assert program.get("cart/").json()["lines"] == []


def test_a_member_has_one_cart_in_the_browser_and_by_token(cup, post):
    from calling import token_of

    ada = member()
    browser = Client()
    browser.force_login(ada)
    program = Caller(token=token_of(ada, "cart", "orders"))
    assert program.add(cup, 2).status_code == 201
    assert 'value="2"' in browser.get("/cart/").text
    placed = program.place(post)
    assert placed.status_code == 201, placed.text
    assert Order.objects.get().member == ada
    assert "sessionid" not in program.client.cookies
    number = placed.json()["number"]
    assert number in browser.get("/orders/").text
    assert program.post(f"orders/{number}/cancel/").json()["state"] == "cancelled"
    assert Variant.objects.get().stock == 5


def test_nobody_pays_a_price_that_they_did_not_see(cup, post):
    guest = Caller()
    guest.add(cup)
    order = guest.order(post)
    Variant.objects.update(price=2500)
    assert problem(guest.send(order)) == "quote-changed"
    assert not Order.objects.exists()


def test_what_is_wrong_is_told_by_pointers_in_the_pages_words(cup, post):
    from calling import pointers

    guest = Caller()
    answer = guest.post("cart/lines/", {"variant": cup.pk, "quantity": 0})
    assert pointers(answer) == {"/quantity": "Choose a quantity of 1 or more."}
    assert "Only 5 left" in guest.add(cup, 6).json()["detail"]
    guest.add(cup)
    wrong = guest.order(post) | {"address": {"country_code": "GB", "name": "Ada"}, "email": "ada"}
    found = pointers(guest.send(wrong))
    assert found["/email"] == "Enter an email address like name@example.com."
    assert "/address/postal_code" in found


def test_a_line_that_comes_back_is_named_once(cup):
    ada = member("ada@example.com")
    order = placing.pay(placing.place((cup, 3), member=ada))
    line, mine = order.lines.get().pk, Caller(ada)
    back = [{"line": line, "quantity": n, "reason": "damaged"} for n in (1, 2)]
    at = f"orders/{order.number}/returns/"
    assert list(pointers(mine.post(at, {"lines": back}))) == ["/lines/1/line"]
    assert not ReturnRequest.objects.exists()
    assert mine.post(at, {"lines": back[1:]}).json()["lines"][0]["quantity"] == 2
