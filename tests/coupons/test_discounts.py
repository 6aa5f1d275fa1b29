"""What codes take off: product, then order, then delivery, and never more than there is."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import factories
from coupons.discounts import Discounts, Goods
from coupons.models import Coupon
from coupons.person import Person

pytestmark = pytest.mark.django_db


def goods(*totals):
    """Lines of new products of these totals."""
    return [Goods(factories.product().pk, total) for total in totals]


def off(codes, lines, delivery=None, **more):
    found = Discounts([code.code for code in codes], lines, delivery, **more)
    assert found.goods == sum(each.amount for each in found.applied if each.kind != "delivery")
    return found.off_lines, found.off_delivery


class TestKinds:
    def test_a_code_for_the_order_is_shared_out_over_all_lines(self):
        assert off([factories.coupon(off="10%")], goods(1000, 2000)) == ([100, 200], 0)
        assert off([factories.coupon(off=500)], goods(1000, 1500)) == ([200, 300], 0)

    def test_a_code_for_products_is_for_those_alone(self):
        cup, vase = factories.product(), factories.product()
        lines = [Goods(cup.pk, 1000), Goods(vase.pk, 1000)]
        assert off([factories.coupon(kind="product", covers=[cup])], lines) == ([100, 0], 0)

    def test_a_code_for_a_category_is_for_all_below_it_too(self):
        tea = factories.category()
        below = factories.category(factories.category(tea))
        lines = [Goods(factories.product(category=place).pk, 1000) for place in (tea, below, None)]
        coupon = factories.coupon(kind="product", off=500, covers=[tea])
        assert off([coupon], lines) == ([250, 250, 0], 0)

    def test_a_code_for_products_that_names_none_is_for_none(self):
        found = Discounts([factories.coupon(kind="product").code], goods(1000))
        assert found.goods == 0
        assert found.applied[0].problem == "Nothing in your cart goes with this code."

    def test_a_code_for_the_delivery_waits_until_one_is_chosen(self):
        coupon = factories.coupon(kind="delivery", off="100%")
        assert off([coupon], goods(1000)) == ([0], 0)
        assert Discounts([coupon.code], goods(1000)).applied[0].waits
        assert off([coupon], goods(1000), 495) == ([0], 495)
        assert off([factories.coupon(kind="delivery", off=200)], goods(1000), 495) == ([0], 200)

    def test_a_free_delivery_uses_no_code_up(self):
        coupon = factories.coupon(kind="delivery", off="100%")
        found = Discounts([coupon.code], goods(1000), 0)
        assert found.used == []
        assert found.applied[0].problem == "There is nothing left for this code to take off."


class TestTogether:
    def test_products_come_first_and_the_order_takes_of_what_is_left(self):
        cup, vase = factories.product(), factories.product()
        lines = [Goods(cup.pk, 1000), Goods(vase.pk, 1000)]
        codes = [
            factories.coupon(kind="delivery", off="50%"),
            factories.coupon(off="10%"),
            factories.coupon(kind="product", off=500, covers=[cup]),
        ]
        assert off(codes, lines, 400) == ([550, 100], 200)
        assert off(codes[::-1], lines, 400) == ([550, 100], 200)

    def test_nothing_falls_below_zero(self):
        product = factories.product()
        codes = [
            factories.coupon(off=5000),
            factories.coupon(kind="product", off=1500, covers=[product]),
            factories.coupon(kind="delivery", off=9000),
        ]
        found = Discounts([each.code for each in codes], [Goods(product.pk, 1000)], 495)
        assert (found.off_lines, found.off_delivery) == ([1000], 495)
        assert {each.code for each in found.used} == {codes[1].code, codes[2].code}
        assert found.of(codes[0].code).problem == "There is nothing left for this code to take off."


class TestProblems:
    def test_a_minimum_is_of_all_goods_before_any_discount(self):
        coupon = factories.coupon(minimum=2000)
        [found] = Discounts([coupon.code], goods(1000, 999)).applied
        assert found.problem == "This code is for goods of £20.00 or more."
        assert off([coupon, factories.coupon(kind="delivery")], goods(1000, 1000))[0] == [100, 100]

    def test_a_code_that_has_gone_is_told_of_and_gives_nothing(self):
        coupon = factories.coupon()
        Coupon.objects.update(active=False)
        [found] = Discounts(
            [
                coupon.code,
            ],
            goods(1000),
        ).applied
        assert (found.name, found.amount) == (coupon.code, 0)
        assert found.problem == "This code is no longer valid."

    def test_a_person_who_has_had_it_is_told(self):
        coupon, ada = factories.coupon(limit_per_person=1), Person.of("ada@example.com")
        Coupon.objects.take(coupon.code, "A", ada)
        assert off([coupon], goods(1000)) == ([100], 0)
        assert off([coupon], goods(1000), person=ada) == ([0], 0)
        assert off([coupon], goods(1000), person=Person.of("grace@example.com")) == ([100], 0)

    def test_without_codes_nothing_is_asked(self, django_assert_num_queries):
        lines = goods(1000)
        with django_assert_num_queries(0):
            assert off([], lines, 495) == ([0], 0)


worth = st.one_of(
    st.integers(1, 10_000).map(lambda rate: {"percentage": rate, "amount": None}),
    st.integers(1, 20_000).map(lambda amount: {"percentage": None, "amount": amount}),
)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    totals=st.lists(st.integers(0, 20_000), min_size=1, max_size=6),
    delivery=st.one_of(st.none(), st.integers(0, 2000)),
    worths=st.tuples(worth, worth, worth),
    covered=st.integers(0, 6),
)
def test_whatever_the_codes_the_sums_are_exact_and_never_below_zero(
    totals, delivery, worths, covered
):
    Coupon.objects.all().delete()
    lines = goods(*totals)
    codes = [factories.coupon(kind=kind) for kind in Coupon.Kind.values]
    for code, each in zip(codes, worths, strict=True):
        Coupon.objects.filter(pk=code.pk).update(**each)
    codes[0].products.set([line.product for line in lines[:covered]])
    found = Discounts([code.code for code in codes], lines, delivery)
    by_kind = {each.kind: each.amount for each in found.applied}
    assert all(0 <= off <= total for off, total in zip(found.off_lines, totals, strict=True))
    assert sum(found.off_lines) == by_kind["product"] + by_kind["order"]
    assert by_kind["product"] <= sum(totals[:covered])
    assert by_kind["delivery"] == found.off_delivery <= (delivery or 0)
    assert bool(found.used) == bool(found.goods + found.off_delivery)


def test_a_code_for_one_address_is_explained_to_all_others():
    ada, grace = Person.of("ada@example.com"), Person.of("grace@example.com")
    code = Coupon.objects.issue(ada, name_en="Hello", name_zh="見面禮", percentage=1000)
    assert off([code], goods(1000)) == ([100], 0)  # in the cart, before an address is known
    assert off([code], goods(1000), person=ada) == ([100], 0)
    [found] = Discounts([code.code], goods(1000), person=grace).applied
    assert (found.amount, "address that it was sent to" in found.problem) == (0, True)
