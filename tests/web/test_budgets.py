"""How many statements a page may cost, with what it shows kept in Redis and without."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import factories
from catalog import search
from catalog.models import Product, Variant
from dom import HTMX

pytestmark = pytest.mark.django_db(transaction=True)
MARKS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "PRAGMA")


@pytest.fixture
def shelf(kept):
    """24 products with two glazes, a variant and a picture of each; some are featured."""
    category = factories.category(factories.category())
    for n in range(24):
        product = factories.product(category=category, featured=n < 8)
        for value in factories.option(product, "glaze", "celadon", "tenmoku"):
            factories.variant(product, values=[value])
            factories.picture(product, [value])
    factories.content_page(slug="about")
    search.index(Product.objects.all())
    kept.redis.flushdb()
    return category


def statements(ask):
    """What the database is asked, marks of transactions left out."""
    with CaptureQueriesContext(connection) as queries:
        answer = ask()
    assert answer.status_code in {200, 303}
    return [each["sql"] for each in queries if not each["sql"].startswith(MARKS)]


def costs(address, visitor=None):
    return len(statements(lambda: (visitor or Client()).get(address)))


@pytest.fixture
def shopper(shelf):
    """A guest with three lines in the cart, who has looked at more."""
    client = Client()
    for variant in Variant.objects.all()[:6:2]:
        client.post("/cart/add/", {"variant": variant.pk, "quantity": 1})
    for variant in Variant.objects.all()[10:18:2]:
        client.get(variant.get_absolute_url())
    client.get("/cart/")  # reads the messages
    return client


def test_a_shared_page_that_is_kept_costs_no_statement(shelf):
    for address in ("/", shelf.get_absolute_url(), "/search/", "/pages/about/"):
        assert costs(address) > 0
        assert costs(address) == 0, address


def test_nor_for_who_has_a_cart(shopper, shelf):
    for address in ("/", shelf.get_absolute_url(), "/search/", "/pages/about/"):
        costs(address, shopper)
        assert costs(address, shopper) == 0, address


def test_a_shared_page_with_a_query_is_put_together_of_kept_parts(shelf):
    address = shelf.get_absolute_url() + "?glaze=celadon&sort=name"
    costs(address)
    assert costs(address) == 0


def test_a_category_that_is_not_kept(shelf):
    assert costs(shelf.get_absolute_url() + "?page=1-2") <= 6


def test_a_product(shopper):
    address = Variant.objects.last().get_absolute_url()
    costs(address)
    assert costs(address, shopper) <= 3


def test_a_product_that_is_not_kept(shelf):
    costs("/")  # menu and footer
    assert costs(Variant.objects.last().get_absolute_url()) <= 8


def test_a_cart_with_three_lines(shopper):
    assert costs("/cart/", shopper) <= 5


def test_adding_to_the_cart(shopper):
    variant = Variant.objects.all()[12]
    shopper.get(variant.get_absolute_url())
    fields = {"variant": variant.pk, "quantity": 1}
    found = statements(lambda: shopper.post("/cart/add/", fields, headers=HTMX))
    assert len(found) <= 6, "\n".join(found)


def test_a_search(shelf):
    costs("/search/")
    assert costs("/search/?q=cup") <= 5
    assert costs("/search/?q=cup") <= 2
