"""Placing: one order per token, a snapshot of what was sold, and nothing changed when it fails."""

import re
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

import factories
from catalog.models import Product, TaxClass, Variant
from money.tax import tax_within
from orders import flows
from orders.flows import placement
from orders.models import Attempt, Order, OrderEvent
from outbox.models import Message
from shopping import Shopper, leads_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def post():
    return factories.delivery(price=495, countries=["GB"])


@pytest.fixture
def shopper(client):
    return Shopper(client)


def stock(variant):
    return Variant.objects.get(pk=variant.pk).stock


def snapshot(order):
    """Everything of an order that must never change."""
    plain = Order.objects.filter(pk=order.pk).values(
        *("number", "secret", "address", "email", "currency", "goods", "tax", "total"),
        *("delivery_en", "delivery_zh", "delivery_price", "delivery_tax", "delivery_tax_rate"),
    )
    lines = order.lines.order_by("pk").values(
        *("sku", "name_en", "name_zh", "choices_en", "choices_zh", "quantity", "unit_price"),
        *("total", "tax_rate", "tax"),
    )
    return [*plain, *lines]


class TestPlacing:
    def test_it_takes_stock_empties_the_cart_and_leads_to_the_order(self, shopper, post):
        one, other = factories.variant(stock=10), factories.variant(stock=5)
        answer = shopper.buy(one, other, method=post, quantity=2)
        order = Order.objects.get()
        assert answer.status_code == 303
        assert leads_to(answer) == order.get_absolute_url()
        assert (stock(one), stock(other)) == (8, 3)
        assert [(line.sku, line.held) for line in order.lines.all()] == [
            (one.sku, 2),
            (other.sku, 2),
        ]
        assert dict(shopper.client.session)["cart"] == {}
        assert order.state == Order.State.AWAITING
        attempt = order.attempts.get()
        assert (attempt.amount, attempt.currency) == (order.total, "GBP")
        assert [event.kind for event in order.events.all()] == [OrderEvent.Kind.PLACED]

    def test_the_same_post_again_leads_to_the_same_order(self, shopper, post):
        variant = factories.variant(stock=10)
        shopper.prepare(variant, method=post)
        form = shopper.agree()
        first, again = shopper.place(**form), shopper.place(**form)
        assert again.status_code == 303
        assert leads_to(first) == leads_to(again)
        assert Order.objects.count() == Message.objects.count() == 1
        assert stock(variant) == 9

    def test_a_token_places_once_even_in_two_sessions(self, cart_of, place):
        variant = factories.variant(stock=10)
        one = place((variant, 1), token="the-same")
        other = place((variant, 1), token="the-same")
        assert one == other
        assert stock(variant) == 9

    def test_a_second_order_needs_a_second_token(self, shopper, post):
        variant = factories.variant()
        first = leads_to(shopper.buy(variant, method=post))
        assert leads_to(shopper.buy(variant, method=post)) != first
        assert Order.objects.count() == 2

    def test_number_and_secret_are_not_to_be_guessed(self, place):
        variant = factories.variant()
        orders = [place((variant, 1)) for _ in range(3)]
        assert len({order.number for order in orders} | {order.secret for order in orders}) == 6
        for order in orders:
            assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", order.number)
            assert len(order.secret) * 6 >= 128

    def test_made_to_order_is_not_counted_but_held(self, place):
        variant = factories.variant(stock=None)
        order = place((variant, 3))
        assert stock(variant) is None
        assert order.lines.get().held == 3


class TestSnapshot:
    def test_it_does_not_follow_the_shop(self, place):
        product = factories.product()
        [value] = factories.option(product, "glaze", "celadon")
        variant = factories.variant(product, values=[value], price=2400)
        method = factories.delivery(price=495)
        order = place((variant, 2), method=method)
        before = snapshot(order)
        assert before[1]["choices_en"] == "Celadon"
        Variant.objects.update(price=1, sku="OTHER")
        Product.objects.update(name_en="Other", name_zh="別的")
        TaxClass.objects.update(rate=100)
        value.name_en = "Other"
        value.save()
        method.name_en, method.price = "Other", 1
        method.save()
        assert snapshot(order) == before
        product.pictures.all().delete()
        method.delete()
        product.delete()
        assert snapshot(order) == before
        assert order.lines.get().variant is None

    def test_the_sums_add_up_to_the_penny(self, place):
        lines = [
            (factories.variant(factories.product(rate=rate), price=price), quantity)
            for rate, price, quantity in [(2000, 333, 3), (2000, 1, 1), (500, 999, 2), (0, 250, 4)]
        ]
        order = place(*lines, method=factories.delivery(price=495))
        assert order.goods == 999 + 1 + 1998 + 1000
        assert order.total == order.goods + 495
        for line in order.lines.all():
            assert line.total == line.unit_price * line.quantity
            assert line.tax == tax_within(line.total, line.tax_rate)
        assert order.tax == sum(line.tax for line in order.lines.all()) + tax_within(495, 2000)
        assert sum(part["tax"] for part in order.taxes) == order.tax
        assert sum(part["gross"] for part in order.taxes) == order.total
        assert [part["rate"] for part in order.taxes] == [2000, 500, 0]


class TestHold:
    def test_a_bank_transfer_holds_for_seven_days(self, place):
        order = place((factories.variant(), 1))
        [now] = Order.objects.values_list(Now(), flat=True)
        assert abs(order.hold_until - now - timedelta(days=7)) < timedelta(seconds=30)

    def test_another_provider_has_its_own_time(self, place, bank):
        order = place((factories.variant(), 1), provider="bank")
        [now] = Order.objects.values_list(Now(), flat=True)
        assert abs(order.hold_until - now - bank.hold) < timedelta(seconds=30)

    @pytest.mark.parametrize("hours", [-200, -2, 2, 200])
    def test_a_wrong_clock_of_the_server_frees_nothing(self, place, monkeypatch, hours):
        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
        order = place((factories.variant(), 1))
        assert flows.expire() == 0
        order.refresh_from_db()
        assert order.state == Order.State.AWAITING
        assert abs(order.hold_until - real() - timedelta(days=7)) < timedelta(minutes=1)


class TestHoarding:
    def test_a_session_holds_only_so_many_unpaid_orders(self, shopper, post, settings):
        settings.UNPAID_ORDERS_MAX = 2
        variant = factories.variant(stock=10)
        for n in range(2):
            assert shopper.buy(variant, method=post, email=f"{n}@example.com").status_code == 303
        refused = shopper.buy(variant, method=post, email="another@example.com")
        assert refused.status_code == 422
        assert "Pay one of them first" in refused.text
        assert Order.objects.count() == 2
        assert stock(variant) == 8
        flows.settle(Attempt.objects.first().pk)
        assert shopper.place().status_code == 303

    @pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.com"])
    def test_an_email_address_holds_only_so_many(self, place, settings, email):
        settings.UNPAID_ORDERS_MAX = 1
        variant = factories.variant()
        place((variant, 1), email="ada@example.com")
        with pytest.raises(flows.TooManyUnpaid):
            place((variant, 1), email=email)
        place((variant, 1), email="grace@example.com")

    def test_a_member_holds_only_so_many(self, place, settings):
        settings.UNPAID_ORDERS_MAX = 1
        member = factories.user()
        place((factories.variant(), 1), member=member)
        with pytest.raises(flows.TooManyUnpaid):
            place((factories.variant(), 1), member=member)

    def test_an_expired_order_no_longer_counts(self, place, settings, overdue):
        settings.UNPAID_ORDERS_MAX = 1
        variant = factories.variant()
        overdue(place((variant, 1), email="ada@example.com"))
        flows.expire()
        place((variant, 1), email="ada@example.com")


class TestSoldOut:
    def test_what_was_bought_between_is_told_and_nothing_changes(self, shopper, post):
        one, gone = factories.variant(stock=5), factories.variant(stock=5)
        shopper.prepare(gone, one, method=post, quantity=2)
        form = shopper.agree()
        before = dict(shopper.client.session)
        Variant.objects.filter(pk=gone.pk).update(stock=1)
        answer = shopper.place(**form)
        assert answer.status_code == 422
        assert not Order.objects.exists()
        assert not Message.objects.exists()
        assert (stock(one), stock(gone)) == (5, 1)
        assert dict(shopper.client.session) == before

    def test_who_is_left_with_nothing_to_buy_is_told_at_the_cart(self, shopper, post):
        gone = factories.variant(stock=1)
        shopper.prepare(gone, method=post)
        form = shopper.agree()
        shopper.get("/cart/")  # reads what was said before
        Variant.objects.update(stock=0)
        assert leads_to(shopper.place(**form)) == "/cart/"
        page = shopper.get("/cart/").text
        assert "Something has changed since you last looked." in page
        assert "Sold out." in page

    def test_the_last_check_is_the_statement_that_takes(self, place, cart_of, monkeypatch):
        """Somebody buys between this placement's look at the stock and its taking."""
        one, gone = factories.variant(stock=5), factories.variant(stock=5)
        cart = cart_of((one, 1), (gone, 1))
        create = placement._create_order

        def slowly(*args):
            Variant.objects.take(gone.pk, 5)
            return create(*args)

        with monkeypatch.context() as patch:
            patch.setattr(placement, "_create_order", slowly)
            with pytest.raises(flows.SoldOut) as refused:
                place(cart=cart)
        assert refused.value.variant == gone
        assert not Order.objects.exists()
        assert not Message.objects.exists()
        assert stock(one) == 5
        assert cart.quantities == {v.pk: 1 for v in (one, gone)}
        place(cart=cart_of((one, 1)))  # and nothing is left locked

    def test_a_cart_that_has_become_empty_places_nothing(self, place, cart_of):
        variant = factories.variant()
        cart = cart_of((variant, 1))
        Variant.objects.update(active=False)
        with pytest.raises(flows.EmptyCart):
            place(cart=cart)
        assert cart.count == 1


class TestFreeOrder:
    def test_it_is_paid_at_placement_without_a_provider(self, shopper):
        variant = factories.variant(price=0, stock=3)
        free = factories.delivery(price=0)
        answer = shopper.buy(variant, method=free)
        order = Order.objects.get()
        assert leads_to(answer) == order.get_absolute_url()
        assert (order.state, order.total) == (Order.State.PAID, 0)
        assert order.paid_at is not None
        assert order.hold_until is None
        assert not Attempt.objects.exists()
        assert [event.kind for event in order.events.all()] == ["placed", "paid"]
        assert [message.kind for message in Message.objects.all()] == ["paid"]
        assert flows.expire() == 0
        assert stock(variant) == 2
        assert shopper.client.get(leads_to(answer)).status_code == 200
