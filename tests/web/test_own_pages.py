"""Personal pages of kept pieces: everybody's but for the holes, and nobody else's in those."""

import gzip

import pytest
from django.test import Client
from django.urls import reverse

import factories
from catalog.models import Variant
from dom import HTMX, parse

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.outside]
TOKENS = "//input[@name='csrfmiddlewaretoken']/@value"


@pytest.fixture
def variant(kept):
    product = factories.product(name_en="Tea cup", category=factories.category())
    (value,) = factories.option(product, "glaze", "celadon")
    return factories.variant(product, stock=5, values=[value])


@pytest.fixture
def address(variant):
    return variant.product.get_absolute_url()


def shopper(*variants):
    client = Client()
    for variant in variants:
        client.post("/cart/add/", {"variant": variant.pk, "quantity": 2})
    client.get("/cart/")  # reads what was said
    return client


def count(page):
    return parse(page).xpath("string(//*[@id='cart-badge']/span)")


def test_a_product_page_has_each_readers_cart_and_token(variant, address):
    drawn = shopper(variant).get(address)
    assert count(drawn.text) == "2"
    for client, badge in ((shopper(variant), "2"), (Client(), "")):
        answer = client.get(address)
        assert count(answer.text) == badge
        assert answer["Cache-Control"] == "private, no-store"
        (token,) = {*parse(answer.text).xpath(TOKENS)}
        form = {"variant": variant.pk, "quantity": 1, "csrfmiddlewaretoken": token}
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = client.cookies
        assert strict.post("/cart/add/", form).status_code == 303


def test_what_is_kept_of_it_is_nobodys(variant, address, kept):
    client = shopper(variant)
    token = parse(client.get(address).text).xpath(TOKENS)[0]
    for key in kept.redis.keys("*:own:*") + kept.redis.keys("*:piece:*"):
        text = kept.redis.get(key) or b""
        assert token.encode() not in text
        assert b'class="count"' not in text


def test_what_is_said_to_one_is_not_said_to_others(variant, address):
    asked = Client()
    asked.get(address)
    said = Client()
    said.post("/cart/add/", {"variant": variant.pk, "quantity": 1})
    assert "Added Tea cup" in said.get(address).text
    assert "Added Tea cup" not in asked.get(address).text


def test_the_wishlist_is_each_readers_own(variant, address):
    wishing = Client()
    wishing.get(address)
    wishing.post("/wishlist/keep/", {"variant": variant.pk})
    wishing.get("/wishlist/")
    assert "On your wishlist" in wishing.get(address).text
    assert "On your wishlist" not in Client().get(address).text


def test_a_product_page_tells_at_once_what_was_sold(variant, address):
    page = lambda: Client().get(address).text  # noqa: E731
    assert "In stock" in page()
    Variant.objects.take(variant.pk, 3)
    assert "Last 2" in page()
    Variant.objects.take(variant.pk, 2)
    assert "Sold out" in page()


def test_a_list_of_what_can_be_had_is_without_it_as_soon_as_it_is_sold(variant):
    other = factories.variant(factories.product(category=variant.product.category), stock=5)
    address = f"{variant.product.category.get_absolute_url()}?available=1"
    cards = lambda: parse(Client().get(address).text).xpath("//li[@class='card']/@id")  # noqa: E731
    assert len(cards()) == 2
    Variant.objects.take(variant.pk, 5)
    assert cards() == [f"product-card-{other.product_id}"]


def test_what_one_has_typed_in_the_cart_is_not_shown_to_another(variant):
    mistaken, other = shopper(variant), shopper(variant)
    other.get("/cart/")
    refused = mistaken.post(reverse("cart:change", args=[variant.pk]), {"quantity": "many <b>"})
    assert refused.status_code == 422
    assert "many &lt;b&gt;" in refused.text
    assert "many" not in other.get("/cart/").text


def test_an_editors_change_is_in_every_piece_at_once(variant, address):
    client = shopper(variant)
    assert "Tea cup" in client.get("/cart/").text
    product = variant.product
    product.name_en = "Moon cup"
    product.save()
    for page in (client.get("/cart/").text, client.get(address).text):
        assert "Moon cup" in page
        assert "Tea cup" not in page


def test_what_is_everybodys_leaves_compressed_and_what_is_ones_own_does_not(variant, address):
    packed = {"Accept-Encoding": "gzip"}
    shared = Client().get("/", headers=packed)
    assert shared["Content-Encoding"] == "gzip"
    assert gzip.decompress(shared.content) == Client().get("/").content
    assert "Accept-Encoding" in shared["Vary"]
    again = Client().get("/", headers=packed | {"If-None-Match": shared["ETag"]})
    assert again.status_code == 304
    for own in (Client().get(address, headers=packed), Client().get(address, headers=HTMX)):
        assert "Content-Encoding" not in own
