"""Paying with PayPal by plain forms: the shop's real adapter, the simulator, Django's client."""

import re

import pytest

import factories
from catalog.models import Variant
from dom import form, parse
from orders import flows
from orders.models import Attempt, Capture, Order, WebhookEvent
from outbox.models import Message
from placing import lapse
from shopping import Shopper, leads_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant():
    return factories.variant(stock=5, price=2000)


@pytest.fixture
def method(db):
    return factories.delivery(price=450)


@pytest.fixture
def shopper(at_paypal):
    return Shopper()


@pytest.fixture
def order(shopper, variant, method):
    answer = shopper.buy_with_paypal(variant, method=method)
    assert answer.status_code == 303
    return Order.objects.get()


@pytest.fixture
def number(order):
    """PayPal's number of the order's payment."""
    return order.attempts.get().provider_order_id


@pytest.fixture
def come_back(client, at_paypal):
    """What a browser does that PayPal sends back; it knows no session."""

    def go(provider_order_id, choice="approve"):
        address = at_paypal.choose(provider_order_id, choice)
        return client.get(re.sub(r"^http://[^/]+", "", address), follow=True)

    return go


def state(order):
    order.refresh_from_db()
    return order.state, [attempt.state for attempt in order.attempts.all()]


def booked(order, paypal):
    """(the shop's books, PayPal's ledger) of an order, in minor units"""
    ours = [c.amount for c in Capture.objects.filter(attempt__order=order)]
    theirs = [
        round(float(c["value"]) * 100)
        for c in paypal.ledger()["captures"]
        if c["invoice_id"] == order.number and c["status"] == "COMPLETED"
    ]
    return ours, theirs


class TestApproved:
    def test_the_form_leads_to_paypal(self, shopper, variant, method, at_paypal):
        answer = shopper.buy_with_paypal(variant, method=method)
        attempt = Attempt.objects.get()
        assert answer["Location"] == attempt.approve_url
        assert attempt.approve_url.startswith(f"{at_paypal.url}/checkoutnow?token=")
        assert state(attempt.order) == ("awaiting", ["created"])
        assert not Message.objects.exists()
        assert Variant.objects.get(pk=variant.pk).stock == 4

    def test_coming_back_pays(self, order, number, come_back, at_paypal):
        page = come_back(number)
        assert "Your payment has arrived." in page.text
        assert state(order) == ("paid", ["captured"])
        assert booked(order, at_paypal) == ([2450], [2450])
        assert [message.kind for message in Message.objects.all()] == ["paid"]

    def test_coming_back_for_ever_changes_nothing_more(self, order, number, come_back, client):
        come_back(number)
        for _ in range(3):
            answer = client.get(order.at("orders:return", token=number))
            assert leads_to(answer) == order.get_absolute_url()
        assert Capture.objects.count() == Message.objects.count() == 1

    def test_the_details_are_shown_to_who_has_the_secret_alone(self, order, number, client):
        for address in (
            f"/orders/{order.number}/return/?token={number}",
            f"/orders/{order.number}/return/?key=wrong&token={number}",
            f"/orders/{order.number}/pay/?key=wrong",
            f"/orders/{order.number}/cancel/?key=",
            f"/orders/{order.number}/change/",
        ):
            for ask in (client.get, client.post):
                answer = ask(address)
                assert answer.status_code in {404, 405}
                assert "Ada Byron" not in answer.text
        assert state(order) == ("awaiting", ["created"])

    def test_looking_without_approving_takes_nothing(self, order, number, client, at_paypal):
        page = client.get(order.at("orders:return", token=number), follow=True).text
        assert "The payment was not approved. You were not charged." in page
        assert state(order) == ("awaiting", ["created"])
        assert booked(order, at_paypal) == ([], [])

    def test_the_number_of_another_order_pays_nothing(self, order, number, at_paypal, client):
        variant = factories.variant(stock=1, price=100)
        Shopper().buy_with_paypal(variant, method=factories.delivery(price=0), email="b@b.example")
        other = Order.objects.exclude(pk=order.pk).get()
        at_paypal.approve(number)
        client.get(other.at("orders:return", token=number))
        assert state(order) == ("awaiting", ["created"])
        assert state(other) == ("awaiting", ["created"])


class TestDeclined:
    def test_it_is_told_and_another_card_pays(self, order, number, come_back, at_paypal, client):
        page = come_back(number, "decline").text
        assert "The payment was declined. You were not charged." in page
        assert state(order) == ("awaiting", ["created"])
        again = client.post(order.pay_url, {"provider": "paypal"})
        assert again.headers["Location"] == order.attempts.get().approve_url
        come_back(number)
        assert state(order) == ("paid", ["captured"])
        assert booked(order, at_paypal) == ([2450], [2450])


class TestChangedMind:
    def test_cancelling_at_paypal_leaves_lines_and_hold(self, order, number, come_back):
        page = come_back(number, "cancel").text
        assert "You left PayPal without paying." in page
        assert "Pay £24.50 with PayPal" in page
        assert state(order) == ("awaiting", ["created"])
        assert order.lines.get().held == 1

    def test_a_bank_transfer_instead_is_held_longer_and_told_once(self, order, client, at_paypal):
        before = order.hold_until
        for provider in ("offline", "paypal", "offline"):
            client.post(order.pay_url, {"provider": provider})
        order.refresh_from_db()
        assert (order.hold_until - before).days >= 6
        assert [a.state for a in order.attempts.all()] == [*["abandoned"] * 3, "created"]
        assert [message.kind for message in Message.objects.all()] == ["placed"]

    def test_money_approved_for_a_choice_given_up_is_not_taken(
        self, order, number, client, come_back, at_paypal
    ):
        client.post(order.pay_url, {"provider": "offline"})
        page = come_back(number).text
        assert "This payment was not taken. You were not charged." in page
        assert booked(order, at_paypal) == ([], [])

    def test_a_cancelled_order_takes_no_money_and_gives_the_stock_back(
        self, order, number, client, come_back, variant, at_paypal
    ):
        page = client.get(order.cancel_url)
        client.post(order.cancel_url, form(parse(page.text), "/cancel/").fields)
        come_back(number)
        assert state(order) == ("cancelled", ["abandoned"])
        assert booked(order, at_paypal) == ([], [])
        assert Variant.objects.get(pk=variant.pk).stock == 5
        client.post(order.cancel_url)
        assert Variant.objects.get(pk=variant.pk).stock == 5
        assert [message.kind for message in Message.objects.all()] == ["cancelled"]

    def test_a_changed_order_is_in_the_cart_once(self, order, shopper, variant):
        for _ in range(2):
            answer = shopper.client.post(order.change_url)
            assert answer.status_code == 303
        assert state(order)[0] == "cancelled"
        assert shopper.client.session["cart"] == {str(variant.pk): {"quantity": 1}}
        assert not Message.objects.exists()

    def test_a_cancelled_order_does_not_pretend_to_be_in_the_cart(self, order, shopper):
        shopper.client.post(order.cancel_url)
        answer = shopper.client.post(order.change_url)
        assert leads_to(answer) == order.get_absolute_url()
        said = shopper.client.get(order.get_absolute_url()).text
        assert "This order can no longer be cancelled or changed here." in said
        assert "in your cart again" not in said
        assert "cart" not in shopper.client.session or not shopper.client.session["cart"]

    def test_a_paid_order_is_neither_cancelled_nor_changed(self, order, number, come_back, client):
        come_back(number)
        for address in (order.cancel_url, order.change_url):
            for ask in (client.get, client.post):
                assert leads_to(ask(address)) == order.get_absolute_url()
        assert state(order) == ("paid", ["captured"])
        assert order.lines.get().held == 1

    def test_asking_changes_nothing(self, order, client):
        for address in (order.cancel_url, order.change_url):
            assert client.get(address).status_code == 200
            assert client.head(address).status_code == 200
        assert leads_to(client.get(order.pay_url)) == order.get_absolute_url()
        assert state(order) == ("awaiting", ["created"])


class TestTooLate:
    @pytest.fixture(autouse=True)
    def _expired(self, order):
        lapse(order)
        flows.expire()

    def test_the_stock_is_taken_again_first(self, order, number, come_back, variant):
        come_back(number)
        assert state(order) == ("paid", ["captured"])
        assert Variant.objects.get(pk=variant.pk).stock == 4

    def test_resold_it_is_not_charged_then_or_later(
        self, order, number, come_back, at_paypal, variant
    ):
        Variant.objects.filter(pk=variant.pk).update(stock=0)
        page = come_back(number).text
        assert "is sold out since your hold ended. You were not charged." in page
        assert state(order) == ("expired", ["abandoned"])
        Variant.objects.filter(pk=variant.pk).update(stock=9)
        Attempt.objects.update(ask_at="2020-01-01T00:00Z")
        flows.reconcile()
        assert booked(order, at_paypal) == ([], [])

    def test_it_can_be_paid_anew(self, order, client, come_back, variant):
        client.post(order.pay_url, {"provider": "paypal"})
        assert state(order)[0] == "awaiting"
        assert Variant.objects.get(pk=variant.pk).stock == 4


class TestMismatch:
    def test_an_amount_changed_after_approval_is_not_taken(
        self, order, number, come_back, at_paypal, caplog
    ):
        at_paypal.change(number, amount={"value": "1.00"})
        page = come_back(number).text
        assert "The payment did not match the order, so it was not taken." in page
        assert state(order) == ("awaiting", ["failed"])
        assert booked(order, at_paypal) == ([], [])
        assert order.events.filter(kind="mismatch").exists()
        assert any(record.levelname == "ERROR" for record in caplog.records)


class TestPayPalAway:
    def test_the_order_is_safe_and_can_be_paid_later(
        self, shopper, variant, method, at_paypal, client
    ):
        at_paypal.fault("create", "error", status=503, times=1)
        answer = shopper.buy_with_paypal(variant, method=method)
        order = Order.objects.get()
        assert leads_to(answer) == order.get_absolute_url()
        page = shopper.client.get(order.get_absolute_url()).text
        assert "PayPal does not answer at the moment. Your order is safe" in page
        assert state(order) == ("awaiting", ["new"])
        again = client.post(order.pay_url, {"provider": "paypal"})
        assert "/checkoutnow?token=" in again.headers["Location"]

    def test_an_error_after_the_money_moved_is_booked_by_the_reconciler(
        self, order, number, come_back, at_paypal
    ):
        at_paypal.fault("capture", "error", status=500, when="after", times=1)
        page = come_back(number).text
        assert "Your payment is being checked." in page
        assert state(order) == ("awaiting", ["capturing"])
        Attempt.objects.update(ask_at="2020-01-01T00:00Z")
        flows.reconcile()
        assert state(order) == ("paid", ["captured"])
        assert booked(order, at_paypal) == ([2450], [2450])
        assert Message.objects.filter(kind="paid").count() == 1

    def test_who_closed_the_tab_is_found_by_the_reconciler(self, order, number, at_paypal):
        at_paypal.approve(number)
        flows.reconcile()
        assert state(order) == ("awaiting", ["created"])  # it is too early to ask
        Attempt.objects.update(ask_at="2020-01-01T00:00Z")
        flows.reconcile()
        flows.reconcile()
        assert state(order) == ("paid", ["captured"])


class TestBadInput:
    @pytest.mark.parametrize(
        "posted", [{}, {"provider": ""}, {"provider": "gold"}, {"provider": "\0"}]
    )
    def test_an_unknown_way_to_pay_is_told(self, order, client, posted):
        page = client.post(order.pay_url, posted, follow=True).text
        assert "Choose one of these ways to pay." in page
        assert state(order) == ("awaiting", ["created"])

    def test_posted_prices_totals_and_numbers_are_ignored(self, shopper, variant, method):
        shopper.prepare(variant, method=method)
        shopper.place(
            **shopper.agree(), provider="paypal", total="1", price="1", amount="1", currency="JPY"
        )
        assert (Order.objects.get().total, Order.objects.get().currency) == (2450, "GBP")

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b'{"id": 7}', b'{"resource": {"custom_id": "1"}}', b"\xff" * 9]
    )
    def test_a_notice_that_cannot_be_read_is_refused(self, client, at_paypal, body):
        answer = client.post("/webhooks/paypal/", body, content_type="application/json")
        assert answer.status_code == 400
        assert not WebhookEvent.objects.exists()

    def test_a_notice_for_nobody_we_know_is_not_found(self, client):
        assert client.post("/webhooks/gold/", b"{}", content_type="x/y").status_code == 404
        assert client.get("/webhooks/paypal/").status_code == 405
