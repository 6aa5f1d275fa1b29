"""The pages of a return: the shopper's, by plain forms, and the editor's deeds."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse

import factories
import placing
from dom import HTMX, form, parse
from orders import flows
from orders.models import Refund, ReturnRequest, Shipment
from outbox.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def order(place, bank):
    """Three cups at 10.00 and a bowl at 5.00, delivery 4.95, paid and sent."""
    cup, bowl = factories.variant(stock=5, price=1000), factories.variant(stock=5, price=500)
    method = factories.delivery(price=495)
    order = placing.pay(place((cup, 3), (bowl, 1), provider="bank", method=method))
    placing.send(order)
    return order


@pytest.fixture
def cup(order):
    return order.lines.all()[0]


def fields(client, order, **typed):
    return form(parse(client.get(order.return_url).text), "/returns/").fields | typed


def chosen(cup, n="1", reason="damaged"):
    return {f"pieces-{cup.pk}": n, f"reason-{cup.pk}": reason}


class TestAsking:
    @pytest.mark.parametrize("prefix", ["", "/zh-hant"])
    def test_from_the_orders_page_and_back_to_it(self, client, order, cup, prefix):
        page = parse(client.get(prefix + order.get_absolute_url()).text)
        assert prefix + order.return_url in page.xpath("//main//a/@href")
        data = fields(client, order, **chosen(cup, "2"), note="A crack <in> it")
        answer = client.post(prefix + order.return_url, data)
        assert answer.status_code == 303
        assert answer.headers["Location"] == prefix + order.get_absolute_url()
        page = client.get(answer.headers["Location"]).text
        words = "已申請退貨" if prefix else "Return asked for"
        assert words in page and "A crack &lt;in&gt; it" in page
        asked = ReturnRequest.objects.get()
        assert list(asked.lines.values_list("line", "quantity", "reason")) == [
            (cup.pk, 2, "damaged")
        ]

    @pytest.mark.parametrize("form_id", [None, "", "x"])
    def test_a_form_without_its_number_is_taken_too(self, client, order, cup, form_id):
        data = chosen(cup) | ({} if form_id is None else {"form_id": form_id})
        assert client.post(order.return_url, data).status_code == 303
        assert ReturnRequest.objects.get().form_id

    def test_a_second_press_asks_once_and_is_answered_alike(self, client, order, cup):
        data = fields(client, order, **chosen(cup, "3"))
        first, second = (client.post(order.return_url, data) for _ in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        assert {first.status_code, second.status_code} == {303}
        assert ReturnRequest.objects.count() == 1
        assert Message.objects.filter(kind="return_asked").count() == 1

    @pytest.mark.parametrize(
        ("typed", "beside"),
        [
            ({}, "pieces"),
            ({"n": "4"}, "pieces"),
            ({"n": "-1"}, "pieces"),
            ({"n": "1.5"}, "pieces"),
            ({"n": "9" * 30}, "pieces"),
            ({"n": "two"}, "pieces"),
            ({"reason": ""}, "reason"),
            ({"reason": "because"}, "reason"),
        ],
    )
    @pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
    def test_what_cannot_be_is_refused_in_words_and_kept(
        self, client, order, cup, typed, beside, headers
    ):
        told = chosen(cup, **typed) if typed else {}
        data = fields(client, order, **told, note="Kept")
        answer = client.post(order.return_url, data)
        assert answer.status_code == 422
        page = parse(answer.text)
        assert page.findtext(".//title").startswith("Error: ")
        [link] = page.xpath("//*[@role='alert']//a/@href")
        assert link == f"#id_{beside}-{cup.pk}"
        assert page.xpath("//*[@id=$id]/@aria-invalid", id=link[1:]) == ["true"]
        assert "Kept" in answer.text
        client.post(order.return_url, data, headers=headers)
        assert not ReturnRequest.objects.exists()

    def test_only_what_can_come_back_is_asked_about(self, client, order, cup):
        flows.refund(order.pk, {cup.pk: 3})
        page = client.get(order.return_url).text
        assert f"pieces-{cup.pk}" not in page
        assert f"pieces-{order.lines.all()[1].pk}" in page

    def test_once_the_time_is_over_it_is_not_offered_and_says_so(self, client, order, cup):
        data = fields(client, order, **chosen(cup))
        Shipment.objects.update(sent_at=F("sent_at") - timedelta(days=60))
        assert order.return_url not in client.get(order.get_absolute_url()).text
        for answer in (client.get(order.return_url), client.post(order.return_url, data)):
            assert answer.headers["Location"] == order.get_absolute_url()
        assert "can no longer be sent back" in client.get(order.get_absolute_url()).text
        assert not ReturnRequest.objects.exists()

    def test_an_unpaid_order_and_one_without_money_offer_none(self, client, place):
        coupon = factories.coupon(off="100%")
        free = place(
            (factories.variant(), 1), method=factories.delivery(price=0), codes=[coupon.code]
        )
        assert free.state == "paid"
        for order in (place((factories.variant(), 1)), free):
            assert order.return_url not in client.get(order.get_absolute_url()).text
            assert client.get(order.return_url).status_code == 302


class TestWithdrawing:
    def test_with_one_button_while_it_is_undecided(self, client, order, cup):
        asked = flows.ask_return(order.pk, {cup.pk: (1, "other")})
        button = form(parse(client.get(order.get_absolute_url()).text), "/withdraw/")
        answer = client.post(button.action, button.fields, follow=True)
        assert "no longer asked for" in answer.text
        asked.refresh_from_db()
        assert asked.state == "withdrawn"
        assert "/withdraw/" not in answer.text

    def test_once_it_is_decided_that_is_said(self, client, order, cup):
        asked = flows.ask_return(order.pk, {cup.pk: (1, "other")})
        address = order.at("orders:withdraw-return", asked.pk)
        flows.refuse_return(asked.pk, "It was <worn>.")
        answer = client.post(address, follow=True)
        assert "decided about this return already" in answer.text
        assert "It was &lt;worn&gt;." in answer.text

    def test_that_of_another_order_is_not_there(self, client, order, cup, place, bank):
        other = placing.pay(place((factories.variant(), 1), provider="bank"))
        theirs = flows.ask_return(other.pk, {other.lines.get().pk: (1, "other")})
        assert client.post(order.at("orders:withdraw-return", theirs.pk)).status_code == 404
        theirs.refresh_from_db()
        assert theirs.state == "asked"


def at(order, code):
    return reverse(f"admin:orders_order_{code}", args=[order.pk])


class TestDeciding:
    @pytest.fixture
    def editor(self, client):
        user = factories.user(is_staff=True, is_superuser=True)
        client.force_login(user)
        return user

    @pytest.fixture
    def asked(self, order, cup):
        return flows.ask_return(order.pk, {cup.pk: (2, "damaged")}, "A crack <in> it")

    def asks(self, client, order, code, **typed):
        page = client.get(at(order, code))
        assert page.status_code == 200
        assert "It arrived damaged" in page.text and "A crack &lt;in&gt; it" in page.text
        return form(parse(page.text), at(order, code)).fields | typed

    def press(self, client, order, code, data):
        answer = client.post(at(order, code), data, follow=True)
        assert answer.redirect_chain, parse(answer.text).xpath("string(//*[@role='alert'])")
        return answer.text

    def test_accepting_gives_the_money_back_and_the_pieces_to_the_shelf(
        self, client, editor, order, cup, asked, bank
    ):
        data = self.asks(client, order, "accept-return", delivery="4.95", why="came back")
        data[f"restock-{cup.pk}"] = "on"
        page = self.press(client, order, "accept-return", data)
        assert "£24.95 is given back" in page
        owed = Refund.objects.get()
        assert (owed.amount, owed.who, owed.why) == (2495, editor, "came back")
        assert owed.lines.get().restock
        assert sum(bank.given_back.values()) == 2495
        # A second press of the same form.
        self.press(client, order, "accept-return", data)
        assert Refund.objects.count() == len(bank.given_back) == 1

    def test_a_second_press_does_not_take_the_next_request(self, client, editor, order, cup, asked):
        data = self.asks(client, order, "accept-return")
        flows.ask_return(order.pk, {cup.pk: (1, "damaged")}, "A crack <in> it")
        for _ in range(2):
            self.press(client, order, "accept-return", data)
        assert list(order.returns.values_list("state", flat=True)) == ["accepted", "asked"]
        assert Refund.objects.count() == 1

    @pytest.mark.parametrize("typed", ["4.96", "x", "-1"])
    def test_more_delivery_than_there_is_is_refused_beside_the_field(
        self, client, editor, order, asked, typed
    ):
        data = self.asks(client, order, "accept-return", delivery=typed)
        answer = client.post(at(order, "accept-return"), data)
        assert answer.status_code == 422
        assert parse(answer.text).xpath("//*[@role='alert']//a/@href") == ["#id_delivery"]
        asked.refresh_from_db()
        assert asked.state == "asked"

    def test_refusing_needs_a_reason_which_the_shopper_is_told(self, client, editor, order, asked):
        data = self.asks(client, order, "refuse-return")
        assert client.post(at(order, "refuse-return"), data).status_code == 422
        for _ in range(2):
            self.press(client, order, "refuse-return", data | {"why": "It was worn."})
        asked.refresh_from_db()
        assert (asked.state, asked.answer, asked.who) == ("refused", "It was worn.", editor)
        assert Message.objects.filter(kind="return_refused").count() == 1

    def test_one_that_is_decided_is_not_decided_otherwise(self, client, editor, order, asked):
        accept = self.asks(client, order, "accept-return")
        refuse = self.asks(client, order, "refuse-return", why="It was worn.")
        self.press(client, order, "refuse-return", refuse)
        assert "decided before" in self.press(client, order, "accept-return", accept)
        assert not Refund.objects.exists()

    def test_a_form_for_another_orders_return_decides_nothing(
        self, client, editor, order, asked, place, bank
    ):
        other = placing.pay(place((factories.variant(), 1), provider="bank"))
        theirs = flows.ask_return(other.pk, {other.lines.get().pk: (1, "damaged")})
        data = self.asks(client, order, "accept-return", asked=str(theirs.pk))
        assert client.post(at(order, "accept-return"), data).status_code == 422
        theirs.refresh_from_db()
        assert theirs.state == "asked"

    def test_the_orders_page_and_the_refund_know_of_it(self, client, editor, order, asked):
        page = client.get(reverse("admin:orders_order_change", args=[order.pk])).text
        assert "It arrived damaged" in page and "A crack &lt;in&gt; it" in page
        assert at(order, "accept-return") in page and at(order, "refuse-return") in page
        data = form(parse(client.get(at(order, "refund") + "?all=1").text), "/refund/").fields
        assert data[f"pieces-{order.lines.all()[0].pk}"] == "1"
