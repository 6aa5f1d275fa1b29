"""Pages cost the same number of queries however much there is to show."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import factories
from catalog import search
from catalog.models import Product
from dom import HTMX

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def shelf(number, category, **more):
    """`number` products with two glazes, a variant and a picture of each."""
    for _ in range(number):
        product = factories.product(category=category, **more)
        for value in factories.option(product, "glaze", "celadon", "tenmoku"):
            factories.variant(product, values=[value])
            factories.picture(product, [value])
    return product


def queries(address, visitor=None):
    """How many a page costs; a new visitor's unless told."""
    with CaptureQueriesContext(connection) as captured:
        assert (visitor or Client()).get(address).status_code == 200
    return len(captured)


def test_a_category_with_12_products_costs_as_much_as_one_with_2():
    category = factories.category()
    shelf(2, category)
    few = queries(category.get_absolute_url())
    shelf(10, category)
    assert queries(category.get_absolute_url()) == few
    # category, menu, footer; what is counted, and how many there are; products, pictures
    assert few <= 9


@pytest.mark.parametrize(
    ("address", "most"),
    [("/search/?q=cup", 9), ("/search/?q=cup&glaze=celadon&sort=name", 11), ("/search/", 7)],
)
def test_a_search_that_finds_12_products_costs_as_much_as_one_that_finds_2(address, most):
    category = factories.category()
    shelf(2, category)
    search.index(Product.objects.all())
    few = queries(address)
    shelf(10, category)
    search.index(Product.objects.all())
    assert queries(address) == few
    # the words, categories, menu, footer; what is counted, with the filters and without, and how
    # many there are; products, pictures, and values of both for who filters by them
    assert few <= most


def test_suggestions_cost_few_queries():
    shelf(8, factories.category())
    search.index(Product.objects.all())
    with CaptureQueriesContext(connection) as captured:
        assert Client().get("/search/?q=cup", headers=HTMX).status_code == 200
    assert len(captured) == 3  # the words; products, pictures


def test_the_home_page_with_8_products_costs_as_much_as_with_2():
    category = factories.category()
    shelf(2, category, featured=True)
    few = queries("/")
    shelf(10, category, featured=True)
    assert queries("/") == few
    assert few <= 6  # the sentence, menu, footer; how many; products, pictures


def test_a_page_of_words_costs_as_much_however_many_there_are():
    page = factories.content_page()
    few = queries(page.get_absolute_url())
    for _ in range(5):
        factories.content_page()
    assert queries(page.get_absolute_url()) == few <= 3  # the page, menu, footer


def test_a_product_page_costs_a_fixed_number_of_queries():
    product = shelf(1, factories.category(factories.category()))
    few = queries(product.get_absolute_url())
    for value in factories.option(product, "size", *"abcdefgh"):
        factories.variant(product, values=[value])
        factories.picture(product, [value])
    assert queries(product.get_absolute_url()) == few
    assert (
        few <= 10
    )  # footer; product, variants and values, pictures and values, options and values, menu


def test_a_cart_with_12_lines_costs_as_much_as_one_with_2(client):
    def add(number):
        for _ in range(number):
            product = shelf(1, factories.category())
            client.post("/cart/add/", {"variant": product.variants.first().pk, "quantity": 1})
            client.get("/cart/")  # reads the messages

    add(2)
    few = queries("/cart/", client)
    add(10)
    assert queries("/cart/", client) == few


def test_codes_cost_a_cart_with_12_lines_as_much_as_one_with_2(client):
    place = factories.category()
    for kind in ("product", "order", "delivery"):
        coupon = factories.coupon(kind=kind, covers=[place])
        client.post("/cart/coupon/", {"code": coupon.code})
    client.get("/cart/")  # reads the messages

    def add(number):
        for _ in range(number):
            product = shelf(1, place)
            client.post("/cart/add/", {"variant": product.variants.first().pk, "quantity": 1})
            client.get("/cart/")

    add(2)
    without = Client()
    without.post(
        "/cart/add/", {"variant": Product.objects.first().variants.first().pk, "quantity": 1}
    )
    without.get("/cart/")
    few = queries("/cart/", client)
    add(10)
    assert queries("/cart/", client) == few
    assert few <= queries("/cart/", without) + 4  # the codes; categories, those below, products
