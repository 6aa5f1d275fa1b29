"""Buttons of an order in the admin: each asks, then does what the verb does, once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import factories
import placing
from dom import form, parse
from orders import attention, flows
from orders.models import Attempt, Order, Refund, Shipment, WebhookEvent
from outbox.models import Message
from payments import PROVIDERS

pytestmark = [pytest.mark.django_db, pytest.mark.whole]
PERMISSIONS = {
    "receive": "settle_order",
    "ask": "settle_order",
    "look": "settle_order",
    "ship": "ship_order",
    "refund": "refund_order",
    "retry": "refund_order",
    "by-hand": "refund_order",
    "accept-return": "refund_order",
    "refuse-return": "refund_order",
    "cancel": "cancel_order",
}


@pytest.fixture
def order(place, bank):
    """Three cups at 10.00 and a bowl, delivery 4.95, paid with the bank."""
    cup, bowl = factories.variant(stock=5, price=1000), factories.variant(stock=5, price=500)
    method = factories.delivery(price=495)
    return placing.pay(place((cup, 3), (bowl, 1), provider="bank", method=method))


@pytest.fixture
def editor(client):
    user = factories.user(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def at(order, code):
    return reverse(f"admin:orders_order_{code}", args=[order.pk])


def change(order):
    return reverse("admin:orders_order_change", args=[order.pk])


def offered(client, order):
    hrefs = parse(client.get(change(order)).text).xpath("//ul[@class='object-tools']//@href")
    return {code for code in PERMISSIONS if at(order, code) in hrefs}


def fields(client, address, more="", **typed):
    """What a browser would send: the form as it is, and what is typed."""
    found = form(parse(client.get(address + more).text), address).fields
    return found | typed


def said(answer):
    return " ".join(str(each) for each in get_messages(answer.wsgi_request))


def press(client, order, code, **data):
    answer = client.post(at(order, code), data)
    assert answer.status_code == 302, parse(answer.text).xpath("string(//*[@role='alert'])")
    assert answer.headers["Location"] == change(order)
    return said(answer)


class TestGuards:
    def test_each_is_offered_only_while_it_can_be_done(self, client, editor, order, place, bank):
        unpaid = place((factories.variant(), 1))
        assert offered(client, unpaid) == {"receive", "cancel"}
        assert offered(client, order) == {"ship", "refund"}
        placing.send(order)
        assert offered(client, order) == {"refund"}
        asked = flows.ask_return(order.pk, {order.lines.all()[0].pk: (1, "other")})
        assert offered(client, order) == {"refund", "accept-return", "refuse-return"}
        flows.withdraw_return(asked.pk)
        bank.answer = "declined"
        flows.send_refund(flows.refund(order.pk, {}, delivery=495).pk)
        assert offered(client, order) == {"refund", "retry", "by-hand"}
        for line in order.lines.all():
            flows.refund(order.pk, {line.pk: line.quantity})
        assert "ship" not in offered(client, order)
        flows.cancel(unpaid.pk)
        assert offered(client, unpaid) == set()

    @pytest.mark.parametrize("code", PERMISSIONS)
    def test_staff_without_the_permission_sees_no_button_and_is_refused(
        self, client, order, code, bank
    ):
        user = factories.user(is_staff=True)
        others = set(PERMISSIONS.values()) - {PERMISSIONS[code]}
        allowed = {"view_order", "change_order", *others}
        user.user_permissions.set(Permission.objects.filter(codename__in=allowed))
        client.force_login(user)
        assert code not in offered(client, order)
        for ask in (client.get, client.post):
            assert ask(at(order, code)).status_code == 403
        user.user_permissions.add(Permission.objects.get(codename=PERMISSIONS[code]))
        assert client.get(at(order, code)).status_code in {200, 302}

    @pytest.mark.parametrize("code", [*PERMISSIONS, "payments"])
    def test_others_are_sent_to_sign_in(self, client, order, code):
        client.force_login(factories.user())
        for ask in (client.get, client.post):
            assert ask(at(order, code)).headers["Location"].startswith("/admin/login/")

    @pytest.mark.parametrize("code", PERMISSIONS)
    def test_asking_changes_nothing(self, client, editor, order, place, code):
        unpaid = place((factories.variant(), 1))
        before = list(Order.objects.values()), Message.objects.count()
        for each in (order, unpaid):
            client.get(at(each, code))
        assert (list(Order.objects.values()), Message.objects.count()) == before


class TestShip:
    def test_everything_is_filled_in_and_sent(self, client, editor, order):
        carrier = placing.carrier()
        data = fields(client, at(order, "ship"), carrier=str(carrier.pk), tracking="RM 1")
        assert "The parcel is noted." in press(client, order, "ship", **data)
        parcel = Shipment.objects.get()
        assert (parcel.tracking, parcel.carrier, parcel.who) == ("RM 1", carrier, editor)
        order.refresh_from_db()
        assert order.state == "fulfilled"
        # A second press of the same form.
        assert "The parcel is noted." in press(client, order, "ship", **data)
        assert Shipment.objects.count() == 1
        # Another form comes too late.
        later = data | {"form_id": "b9d9a9c4-3f0f-4a38-8f3e-2f1c2b6e4f10"}
        assert "no more than there is" in press(client, order, "ship", **later)

    def test_too_many_are_refused_beside_the_field(self, client, editor, order):
        cup = order.lines.all()[0]
        data = fields(client, at(order, "ship"), carrier=str(placing.carrier().pk))
        answer = client.post(at(order, "ship"), data | {f"pieces-{cup.pk}": "4"})
        assert answer.status_code == 422
        page = parse(answer.text)
        assert page.xpath("string(//title)").startswith("Error: ")
        [link] = page.xpath("//*[@role='alert']//a")
        assert "There are not as many to send." in link.text_content()
        assert page.xpath("//*[@id=$id]/@value", id=link.get("href")[1:]) == ["4"]
        assert not Shipment.objects.exists()

    @pytest.mark.parametrize("typed", ["-1", "x", "1.5", "1e9", "٣x"])
    def test_what_is_no_number_of_pieces_is_refused(self, client, editor, order, typed):
        cup = order.lines.all()[0]
        data = fields(client, at(order, "ship"), carrier=str(placing.carrier().pk))
        answer = client.post(at(order, "ship"), data | {f"pieces-{cup.pk}": typed})
        assert answer.status_code == 422
        assert not Shipment.objects.exists()

    def test_a_parcel_needs_a_carrier_and_something_in_it(self, client, editor, order):
        data = fields(client, at(order, "ship"))
        assert client.post(at(order, "ship"), data).status_code == 422
        nothing = dict.fromkeys((key for key in data if key.startswith("pieces-")), "0")
        data |= nothing | {"carrier": str(placing.carrier().pk)}
        assert client.post(at(order, "ship"), data).status_code == 422
        assert client.post(at(order, "ship"), {}).status_code == 422


class TestRefund:
    def chosen(self, client, order, **typed):
        cup = order.lines.all()[0]
        typed = {f"pieces-{cup.pk}": "2", "delivery": "0.95", "why": "broken"} | typed
        return fields(client, at(order, "refund"), **typed)

    def confirmed(self, client, order, **typed):
        """The form of the page that tells the amount."""
        asked = client.post(at(order, "refund"), self.chosen(client, order, **typed))
        assert asked.status_code == 200
        return asked, form(parse(asked.text), at(order, "refund")).fields

    def test_the_editor_sees_the_amount_before_it_is_given(self, client, editor, order, bank):
        asked, data = self.confirmed(client, order)
        assert "Give back £20.95" in asked.text
        assert not Refund.objects.exists()
        words = press(client, order, "refund", **data)
        assert words == "£20.95 is given back. The shopper gets a mail."
        owed = Refund.objects.get()
        assert (owed.amount, owed.who, owed.why) == (2095, editor, "broken")
        assert sum(bank.given_back.values()) == 2095
        row = owed.lines.get()
        assert (row.quantity, row.restock) == (2, True)  # ticked: nothing was sent yet

    def test_a_second_press_gives_nothing_back(self, client, editor, order, bank):
        _asked, data = self.confirmed(client, order)
        for _ in range(2):
            assert "is given back" in press(client, order, "refund", **data)
        assert Refund.objects.count() == len(bank.given_back) == 1

    def test_everything_at_once(self, client, editor, order, bank):
        data = fields(client, at(order, "refund"), "?all=1")
        asked = client.post(at(order, "refund"), data)
        data = form(parse(asked.text), at(order, "refund")).fields
        press(client, order, "refund", **data)
        assert sum(bank.given_back.values()) == order.total
        assert offered(client, order) == set()

    @pytest.mark.parametrize("typed", ["4.96", "x", "-1", "0.001", "1e3"])
    def test_delivery_is_given_back_up_to_what_it_cost(self, client, editor, order, typed):
        data = self.chosen(client, order, delivery=typed)
        for more in ({}, {"confirmed": "1"}):
            answer = client.post(at(order, "refund"), data | more)
            assert answer.status_code == 422
            assert "There is a problem" in answer.text
        assert not Refund.objects.exists()

    def test_more_pieces_than_there_are_and_none_at_all(self, client, editor, order):
        cup = order.lines.all()[0]
        for typed in ({f"pieces-{cup.pk}": "4"}, {f"pieces-{cup.pk}": "0", "delivery": ""}):
            data = self.chosen(client, order, **typed)
            for more in ({}, {"confirmed": "1"}):
                assert client.post(at(order, "refund"), data | more).status_code == 422
        assert not Refund.objects.exists()

    @pytest.mark.parametrize(
        ("answer", "words", "state"),
        [
            ("unknown", "did not answer", "due"),
            ("pending", "has not decided", "pending"),
            ("declined", "refused the refund of £20.95: no", "failed"),
        ],
    )
    def test_what_the_provider_says_is_told(
        self, client, editor, order, bank, answer, words, state
    ):
        _asked, data = self.confirmed(client, order)
        bank.answer = answer
        assert words in press(client, order, "refund", **data)
        assert Refund.objects.get().state == state

    def test_a_failed_one_is_tried_again_or_paid_by_hand(self, client, editor, order, bank):
        bank.answer = "declined"
        one, two = (flows.refund(order.pk, {}, delivery=n) for n in (100, 200))
        for owed in (one, two):
            flows.send_refund(owed.pk)
        bank.answer = "captured"
        for _ in range(2):
            press(client, order, "retry", refund=one.pk)
        for _ in range(2):
            press(client, order, "by-hand", refund=two.pk, why="by cheque")
        assert set(Refund.objects.values_list("state", flat=True)) == {"done"}
        assert list(bank.given_back.values()) == [100]
        assert Message.objects.filter(kind="refunded").count() == 2

    def test_a_bank_transfer_is_given_back_by_the_editor(self, client, editor, place):
        order = placing.pay(place((factories.variant(price=1000), 3)))
        asked, _data = self.confirmed(client, order, delivery="")
        assert "Transfer it at the bank" in asked.text


class TestCancel:
    def test_it_is_cancelled_once(self, client, editor, place):
        order = place((factories.variant(stock=3), 2))
        assert client.get(at(order, "cancel")).status_code == 200
        assert "The order is cancelled." in press(client, order, "cancel", why="asked to")
        assert "The order is cancelled." in press(client, order, "cancel")
        event = order.events.get(kind="cancelled")
        assert (event.who, event.why) == (editor, "asked to")
        assert Message.objects.filter(kind="cancelled").count() == 1

    def test_a_paid_order_is_not(self, client, editor, order):
        assert "It was not cancelled." in press(client, order, "cancel")
        order.refresh_from_db()
        assert order.state == "paid"


class TestAsk:
    @pytest.fixture
    def order(self, place, bank):
        bank.redirects = True
        order = place((factories.variant(stock=5), 2), provider="bank")
        order.attempts.update(state="created", provider_order_id="P-1")
        return order

    @pytest.mark.parametrize(
        ("answer", "words", "state"),
        [
            ("captured", "P-1: The payment is captured.", "paid"),
            ("declined", "P-1: The payment was declined.", "awaiting"),
            ("unknown", "P-1: The provider did not answer.", "awaiting"),
            ("pending", "P-1: The payment is pending at the provider.", "awaiting"),
        ],
    )
    def test_the_answer_is_told_in_words(self, client, editor, order, bank, answer, words, state):
        assert "ask" in offered(client, order)
        bank.answer = answer
        assert words in press(client, order, "ask")
        order.refresh_from_db()
        assert order.state == state

    def test_refunds_made_there_are_booked(self, client, editor, order, bank):
        press(client, order, "ask")
        bank.given_back["theirs"] = 300
        press(client, order, "ask")
        assert Refund.objects.get().amount == 300

    def test_there_is_nobody_to_ask_about_a_bank_transfer(self, client, editor, place):
        order = place((factories.variant(), 1))
        assert "cannot be done" in press(client, order, "ask")


class TestStory:
    def test_all_of_a_payment_stands_on_one_page(self, client, editor, order, bank):
        attempt = order.attempts.get()
        Attempt.objects.update(provider_order_id="P-1")
        WebhookEvent.objects.create(
            provider="bank", event_id="WH-1", kind="CAPTURE.DONE", attempt=attempt
        )
        owed = flows.refund(order.pk, {}, delivery=495, who=editor, why="late")
        flows.send_refund(owed.pk)
        page = client.get(at(order, "payments")).text
        for words in ("P-1", "WH-1", "CAPTURE.DONE, not looked at yet", f"bank-{owed.request_id}"):
            assert words in page
        assert f"bank-{attempt.request_id}" in page  # the capture
        for words in ("£39.95", "-£4.95", "late", editor.email, "Payment received", "captured"):
            assert words in page, words
        rows = parse(page).xpath("//table[last()]//tbody/tr")
        assert len(rows) > 6
        assert at(order, "payments") in client.get(change(order)).text

    def test_it_needs_the_permission_to_look(self, client, order):
        client.force_login(factories.user(is_staff=True))
        assert client.get(at(order, "payments")).status_code == 403


class TestAttention:
    def needs(self, order, code, client):
        """Whether the order is on the list for this reason, in words."""
        listed = client.get("/admin/orders/order/?attention=1").text
        on_list = order.number in listed
        assert on_list == (str(attention.WORDS[code]) in listed)
        count = parse(client.get("/admin/").text).xpath("string(//*[@class='attention'])").split()
        assert count[0] == str(int(on_list))
        return on_list

    def old(self, model, **age):
        model.objects.update(changed_at=F("changed_at") - timedelta(**age))

    def test_a_paid_order_needs_none(self, client, editor, order):
        assert not any(self.needs(order, code, client) for code in attention.WORDS)

    @pytest.mark.parametrize(
        ("state", "fine", "old"),
        [
            ("capturing", {"minutes": 9}, {"minutes": 2}),
            ("pending", {"hours": 23}, {"hours": 2}),
        ],
    )
    def test_a_payment_that_hangs(self, client, editor, place, bank, state, fine, old):
        order = place((factories.variant(), 1), provider="bank")
        order.attempts.update(state=state)
        self.old(Attempt, **fine)
        assert not self.needs(order, state, client)
        self.old(Attempt, **old)
        assert self.needs(order, state, client)
        bank.answer = "captured"
        flows.settle(order.attempts.get().pk)
        assert not self.needs(order, state, client)

    def test_a_refund_that_failed_until_it_is_mended(self, client, editor, order, bank):
        bank.answer = "declined"
        owed = flows.send_refund(flows.refund(order.pk, {}, delivery=100).pk)
        assert self.needs(order, "refund_failed", client)
        flows.repaid_by_hand(owed.pk)
        assert not self.needs(order, "refund_failed", client)

    def test_a_refund_that_stays_due(self, client, editor, order):
        flows.refund(order.pk, {}, delivery=100)
        assert not self.needs(order, "refund_due", client)
        Refund.objects.update(created_at=F("created_at") - timedelta(hours=25))
        assert self.needs(order, "refund_due", client)

    def test_a_return_that_is_asked_for_until_it_is_decided(self, client, editor, order):
        asked = flows.ask_return(order.pk, {order.lines.all()[0].pk: (1, "other")})
        assert self.needs(order, "return_asked", client)
        flows.refuse_return(asked.pk, "worn")
        assert not self.needs(order, "return_asked", client)

    @pytest.mark.parametrize("kind", ["mismatch", "surplus"])
    def test_what_passes_by_being_looked_at(self, client, editor, order, kind):
        order.record(kind)
        assert self.needs(order, kind, client)
        assert "look" in offered(client, order)
        press(client, order, "look", why="rang them")
        press(client, order, "look")
        assert not self.needs(order, kind, client)
        assert order.events.filter(kind="looked-at").count() == 1
        order.record(kind)
        assert self.needs(order, kind, client)

    def test_the_list_costs_the_same_however_many_orders_there_are(
        self, client, editor, order, place
    ):
        client.get("/admin/orders/order/")
        with CaptureQueriesContext(connection) as few:
            client.get("/admin/orders/order/")
        for _ in range(3):
            placing.pay(place((factories.variant(), 1)))
        with CaptureQueriesContext(connection) as many:
            client.get("/admin/orders/order/")
        assert len(many) == len(few)


def test_the_provider_of_the_tests_is_gone_again():
    assert "bank" not in PROVIDERS
