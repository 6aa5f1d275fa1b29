"""Stock falls in one statement or not at all."""

import pytest
from django.db import IntegrityError, transaction

import factories
from catalog.models import Availability, Product, Variant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("asked", "taken", "left"), [(1, True, 4), (5, True, 0), (6, False, 5)])
def test_counted_stock_is_taken_whole_or_not_at_all(asked, taken, left):
    variant = factories.variant(stock=5)
    other = factories.variant(stock=5)
    assert Variant.objects.take(variant.pk, asked) is taken
    variant.refresh_from_db()
    other.refresh_from_db()
    assert (variant.stock, other.stock) == (left, 5)


def test_stock_that_is_not_counted_stays_so():
    variant = factories.variant(stock=None)
    assert Variant.objects.take(variant.pk, 1000)
    Variant.objects.give_back(variant.pk, 1000)
    variant.refresh_from_db()
    assert variant.stock is None


def test_what_is_given_back_can_be_taken_again():
    variant = factories.variant(stock=2)
    assert Variant.objects.take(variant.pk, 2)
    assert not Variant.objects.take(variant.pk, 1)
    Variant.objects.give_back(variant.pk, 2)
    assert Variant.objects.take(variant.pk, 2)


@pytest.mark.parametrize("stock", [5, None])
def test_a_hidden_variant_is_not_taken(stock):
    variant = factories.variant(stock=stock, active=False)
    assert not Variant.objects.take(variant.pk, 1)
    variant.refresh_from_db()
    assert variant.stock == stock


def test_a_variant_that_is_not_there_is_not_taken():
    assert not Variant.objects.take(987654321, 1)


def test_taking_costs_one_statement(django_assert_num_queries):
    variant = factories.variant()
    with django_assert_num_queries(1):
        Variant.objects.take(variant.pk, 1)


def test_the_database_itself_refuses_negative_stock():
    variant = factories.variant(stock=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Variant.objects.filter(pk=variant.pk).update(stock=-1)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.variant(stock=-1)


@pytest.mark.parametrize("compare_at", [2400, 2399, 0])
def test_the_database_itself_refuses_a_sale_that_is_not_cheaper(compare_at):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.variant(price=2400, compare_at=compare_at)


@pytest.mark.parametrize(
    ("stock", "availability", "words"),
    [
        (None, Availability.MADE_TO_ORDER, "Made to order"),
        (0, Availability.SOLD_OUT, "Sold out"),
        (1, Availability.FEW, "Last piece"),
        (2, Availability.FEW, "Last 2"),
        (3, Availability.FEW, "Last 3"),
        (4, Availability.IN_STOCK, "In stock"),
        (1000, Availability.IN_STOCK, "In stock"),
    ],
)
def test_the_page_says_how_much_there_is(client, stock, availability, words):
    variant = factories.variant(stock=stock)
    assert variant.availability == availability
    page = client.get(variant.product.get_absolute_url()).text
    assert f'<p class="stock {availability}">{words}</p>' in page
    assert ("Add to cart" in page) is (stock != 0)


def test_only_what_is_shown_is_buyable():
    shown = factories.variant()
    factories.variant(active=False)
    factories.variant(factories.product(active=False))
    assert list(Variant.objects.buyable()) == [shown]
    assert list(Product.objects.shown()) == [shown.product]
