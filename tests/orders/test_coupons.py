"""Codes at placement: counted once, shown everywhere, given back once."""

import html
import re

import pytest
from django.utils import translation

import factories
from coupons.models import Coupon, NotTaken
from money.tax import tax_within
from orders import flows
from orders.models import Attempt, Discount, Order
from outbox.models import Message
from shopping import Shopper, leads_to

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def method():
    return factories.delivery(price=495, countries=["GB"])


@pytest.fixture
def shopper(client):
    return Shopper(client)


def used(coupon):
    """How often it counts as used, in both places that say so."""
    coupon.refresh_from_db()
    assert coupon.used == coupon.redemptions.filter(given_back_at=None).count()
    return coupon.used


def words(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


class TestPlacing:
    def test_the_order_keeps_what_the_codes_took_off(self, place, method):
        cup = factories.variant(factories.product(rate=2000), price=1000)
        book = factories.variant(factories.product(rate=500), price=2001)
        coupons = [
            factories.coupon("CUP", kind="product", off=100, covers=[cup.product]),
            factories.coupon("TEN", off="10%"),
            factories.coupon("POST", kind="delivery", off="100%"),
        ]
        order = place((cup, 2), (book, 1), codes=coupons, method=method)
        assert order.goods == 4001
        assert order.discount == 100 + 390
        assert (order.delivery_price, order.delivery_discount) == (495, 495)
        assert order.total == 4001 - 490
        lines = list(order.lines.all())
        assert [line.discount for line in lines] == [100 + 190, 200]
        assert sum(line.discount for line in lines) == order.discount
        for line in lines:
            assert line.tax == tax_within(line.charged, line.tax_rate)
        assert order.delivery_tax == 0
        assert order.tax == sum(line.tax for line in lines)
        assert sum(part["gross"] for part in order.taxes) == order.total
        assert sum(part["tax"] for part in order.taxes) == order.tax
        assert list(order.discounts.values_list("code", "kind", "amount")) == [
            ("CUP", "product", 100),
            ("TEN", "order", 390),
            ("POST", "delivery", 495),
        ]
        assert [used(coupon) for coupon in coupons] == [1, 1, 1]
        assert order.attempts.get().amount == order.total

    def test_the_snapshot_does_not_follow_the_coupon(self, place):
        coupon = factories.coupon("TEN", off="10%", name_en="Ten off", name_zh="九折")
        order = place((factories.variant(price=2400), 1), codes=[coupon])
        Coupon.objects.update(code="OTHER", name_en="Other", percentage=5000)
        [discount] = Discount.objects.values("code", "name_en", "name_zh", "amount")
        assert discount == {"code": "TEN", "name_en": "Ten off", "name_zh": "九折", "amount": 240}
        assert Order.objects.get(pk=order.pk).total == order.total

    def test_used_codes_leave_the_cart_and_others_stay(self, shopper):
        gift, post = factories.coupon(), factories.coupon(kind="delivery", off="100%")
        shopper.add(factories.variant())
        shopper.use(gift)
        shopper.use(post)
        free = factories.delivery(price=0)
        assert shopper.buy(method=free).status_code == 303
        assert dict(shopper.client.session)["coupons"] == [post.code]  # there was nothing to pay
        assert (used(gift), used(post)) == (1, 0)

    def test_the_same_post_again_uses_a_code_once(self, shopper, method):
        coupon = factories.coupon(limit=1)
        shopper.prepare(factories.variant(), method=method)
        shopper.use(coupon)
        agreed = shopper.agree()
        first, again = shopper.place(**agreed), shopper.place(**agreed)
        assert leads_to(first) == leads_to(again)
        assert used(coupon) == 1

    def test_delivery_is_free_by_the_full_price_of_goods(self, place):
        method = factories.delivery(price=495, free_from=2400)
        order = place((factories.variant(price=2400), 1), codes=[factories.coupon()], method=method)
        assert (order.delivery_price, order.total) == (0, 2160)

    def test_an_order_that_codes_pay_in_full_is_paid_at_placement(self, place):
        codes = [
            factories.coupon(off="100%"),
            factories.coupon(kind="delivery", off="100%", limit=1),
        ]
        order = place((factories.variant(), 1), codes=codes)
        assert (order.total, order.tax, order.state) == (0, 0, Order.State.PAID)
        assert not Attempt.objects.exists()
        assert flows.expire() == 0
        assert [used(code) for code in codes] == [1, 1]

    def test_what_the_last_step_posts_beside_its_token_is_ignored(self, shopper, method):
        shopper.prepare(factories.variant(price=2400), method=method)
        shopper.use(factories.coupon(off="10%"))
        more = {"discount": "9999", "code": "FREE", "coupons": "FREE", "total": "1"}
        assert shopper.place(**shopper.agree(), **more).status_code == 303
        assert Order.objects.get().total == 2160 + 495


class TestChangedMeanwhile:
    def test_a_code_used_up_since_is_told_before_anything_is_ordered(self, shopper, method):
        variant, coupon = factories.variant(stock=3), factories.coupon(limit=1)
        shopper.prepare(variant, method=method)
        shopper.use(coupon)
        agreed = shopper.agree()
        Coupon.objects.update(used=1)
        answer = shopper.place(**agreed)
        assert answer.status_code == 422
        assert "Something has changed since you last looked." in answer.text
        assert "This code has been used up." in words(answer.text)
        assert not Order.objects.exists()
        variant.refresh_from_db()
        assert variant.stock == 3
        assert shopper.place().status_code == 303  # at the full price, as the page now says
        assert Order.objects.get().discount == 0

    def test_the_last_check_is_the_statement_that_counts(self, shopper, method, monkeypatch):
        """Somebody uses the code up between this placement's look at it and its taking."""
        coupon = factories.coupon("TEN", limit=1)
        shopper.prepare(factories.variant(), method=method)
        shopper.use(coupon)
        agreed = shopper.agree()

        def gone(self, code, about, person):
            raise NotTaken(code)

        with monkeypatch.context() as patch:
            patch.setattr("coupons.models.CouponQuerySet._take", gone)
            answer = shopper.place(**agreed)
        assert answer.status_code == 422
        assert "The code TEN cannot be used any more. Nothing has been ordered yet." in answer.text
        assert not Order.objects.exists()
        assert not Discount.objects.exists()
        assert not Message.objects.exists()
        assert dict(shopper.client.session)["coupons"] == ["TEN"]
        assert used(coupon) == 0

    def test_a_price_off_that_has_changed_is_shown_again_first(self, shopper, method):
        shopper.prepare(factories.variant(), method=method)
        shopper.use(factories.coupon(off="10%"))
        agreed = shopper.agree()
        Coupon.objects.update(percentage=500)
        assert shopper.place(**agreed).status_code == 422
        assert not Order.objects.exists()

    def test_a_code_added_in_another_window_is_shown_first(self, shopper, method):
        shopper.prepare(factories.variant(), method=method)
        agreed = shopper.agree()
        shopper.use(factories.coupon())
        assert shopper.place(**agreed).status_code == 422


class TestPerPerson:
    @pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.com"])
    def test_who_has_had_it_is_told_at_the_review_and_pays_in_full(self, shopper, method, email):
        coupon = factories.coupon(limit_per_person=1)
        for _ in range(2):
            shopper.prepare(factories.variant(price=2400), method=method, email=email)
            shopper.use(coupon)
            review = words(shopper.get("/checkout/review/").text)
            assert shopper.place().status_code == 303
        assert "You have used this code as often as one may." in review
        assert [order.discount for order in Order.objects.order_by("pk")] == [240, 0]
        assert used(coupon) == 1

    def test_a_member_is_known_under_another_address(self, client, method):
        coupon = factories.coupon(limit_per_person=1)
        client.force_login(factories.user())
        for n in range(2):
            shopper = Shopper(client)
            shopper.prepare(factories.variant(), method=method, email=f"{n}@example.com")
            shopper.use(coupon)
            assert shopper.place().status_code == 303
        assert [order.discount for order in Order.objects.order_by("pk")] == [240, 0]


class TestGivingBack:
    def test_an_expired_order_gives_its_codes_back_once(self, place, overdue):
        coupon = factories.coupon(limit=1)
        overdue(place((factories.variant(), 1), codes=[coupon]))
        assert used(coupon) == 1
        for _ in range(2):
            flows.expire()
            assert used(coupon) == 0
        place((factories.variant(), 1), codes=[coupon])
        assert used(coupon) == 1

    def test_a_cancelled_order_gives_its_codes_back_once(self, place):
        coupon = factories.coupon(limit=1)
        order = place((factories.variant(), 1), codes=[coupon])
        for _ in range(2):
            flows.cancel(order.pk)
            assert used(coupon) == 0

    def test_an_order_that_expires_and_is_cancelled_then_gives_its_codes_back_once(
        self, place, overdue
    ):
        coupon = factories.coupon(limit=2)
        place((factories.variant(), 1), codes=[coupon])
        order = place((factories.variant(), 1), codes=[coupon])
        overdue(order)
        flows.expire()
        flows.cancel(order.pk)
        assert used(coupon) == 1

    def test_a_changed_order_puts_its_codes_back_into_the_cart(self, place, cart_of):
        coupon = factories.coupon(limit=1, limit_per_person=1)
        cart = cart_of((factories.variant(), 1), codes=[coupon])
        order = place(cart=cart)
        assert cart.codes == []
        for _ in range(2):
            flows.change(order.pk, cart)
            assert cart.codes == [coupon.code]
            assert used(coupon) == 0

    def test_a_code_that_has_come_since_stays_in_place_of_the_orders(self, place, cart_of):
        cart = cart_of((factories.variant(), 1), codes=[factories.coupon()])
        order = place(cart=cart)
        newer = factories.coupon()
        cart.use(newer.code)
        flows.change(order.pk, cart)
        assert cart.codes == [newer.code]

    def test_a_paid_order_keeps_its_codes(self, place):
        coupon = factories.coupon()
        order = place((factories.variant(), 1), codes=[coupon])
        flows.settle(order.attempts.get().pk)
        with pytest.raises(flows.NotEnded):
            flows.cancel(order.pk)
        flows.expire()
        assert used(coupon) == 1


class TestPaidLate:
    @pytest.fixture
    def late(self, place, overdue, bank):
        """An order that has expired before its money came; its code, of which there is one use."""
        coupon = factories.coupon(limit=1)
        order = place((factories.variant(stock=1), 1), codes=[coupon], provider="bank")
        overdue(order)
        flows.expire()
        return order, coupon

    def test_the_code_is_counted_again_with_the_stock(self, late):
        order, coupon = late
        flows.settle(order.attempts.get().pk)
        order.refresh_from_db()
        assert order.state == Order.State.PAID
        assert used(coupon) == 1

    def test_a_code_used_up_meanwhile_means_that_no_money_is_taken(self, late, place, bank):
        order, coupon = late
        place((factories.variant(), 1), codes=[coupon])
        with pytest.raises(flows.CouponGone) as gone:
            flows.settle(order.attempts.get().pk)
        assert gone.value.code == coupon.code
        assert bank.ledger == {}
        order.refresh_from_db()
        assert order.state == Order.State.EXPIRED
        assert order.lines.get().held == 0
        assert order.lines.get().variant.stock == 1
        assert used(coupon) == 1

    def test_stock_sold_meanwhile_counts_no_code(self, late, place):
        order, coupon = late
        place((order.lines.get().variant, 1))
        with pytest.raises(flows.SoldOut):
            flows.settle(order.attempts.get().pk)
        assert used(coupon) == 0

    def test_choosing_to_pay_again_needs_the_code_too(self, late, place):
        order, coupon = late
        place((factories.variant(), 1), codes=[coupon])
        with pytest.raises(flows.CouponGone):
            flows.choose(order.pk, "bank")
        assert used(coupon) == 1

    def test_an_editor_is_told_why_the_transfer_was_not_booked(self, client, place, overdue):
        coupon = factories.coupon("ONCE", limit=1)
        order = place((factories.variant(), 1), codes=[coupon])
        overdue(order)
        flows.expire()
        place((factories.variant(), 1), codes=[coupon])
        client.force_login(factories.user(is_staff=True, is_superuser=True))
        answer = client.post(f"/admin/orders/order/{order.pk}/receive/", follow=True)
        assert "the code ONCE has been used up since" in answer.text
        order.refresh_from_db()
        assert order.state == Order.State.EXPIRED


class TestShown:
    @pytest.fixture
    def order(self, shopper, method):
        shopper.prepare(factories.variant(price=2400), method=method)
        shopper.use(factories.coupon("TEN", off="10%", name_en="Ten off", name_zh="全單九折"))
        shopper.use(factories.coupon("POST", kind="delivery", off=200, name_en="Off the post"))
        self.review = words(shopper.get("/checkout/review/").text)
        shopper.place()
        return Order.objects.get()

    def test_at_the_review(self, order):
        assert "Ten off −£2.40" in self.review
        assert "Off the post −£2.00" in self.review
        assert "Total £24.55" in self.review

    def test_on_the_orders_page_opening_into_each_code(self, order, client):
        page = words(client.get(order.get_absolute_url()).text)
        assert "Discount −£4.40 Ten off (TEN): −£2.40 Off the post (POST): −£2.00" in page
        assert "Total £24.55" in page

    def test_in_the_mails_in_html_and_in_text(self, order):
        flows.settle(order.attempts.get().pk)
        for kind in ("placed", "paid"):
            mail = Message.objects.get(kind=kind)
            assert "Ten off: −£2.40\nOff the post: −£2.00\nTotal: £24.55" in mail.text
            assert "Ten off −£2.40 Off the post −£2.00 Total £24.55" in words(mail.html)

    def test_in_the_language_of_the_order(self, place, method):
        coupon = factories.coupon(off="10%", name_zh="全單九折")
        with translation.override("zh-hant"):
            order = place(
                (factories.variant(price=2400), 1),
                codes=[coupon],
                method=method,
                language="zh-hant",
            )
        assert "全單九折：−" in Message.objects.get(kind="placed").text
        assert order.discounts.get().name_zh == "全單九折"

    def test_in_the_admin(self, order, client):
        client.force_login(factories.user(is_staff=True, is_superuser=True))
        page = words(client.get(f"/admin/orders/order/{order.pk}/change/").text)
        assert "TEN Ten off off the order £2.40" in page
        assert "POST Off the post off the delivery £2.00" in page

    def test_an_order_without_codes_says_nothing_of_discounts(self, place, client):
        order = place((factories.variant(), 1))
        assert "Discount" not in client.get(order.get_absolute_url()).text
        assert "−" not in Message.objects.get().text
