"""What the pages' data tell search engines: the same things, prices and ways as the pages."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

import factories
from catalog.models import Category, Product, Variant
from dom import parse
from heads import SITE, canonical, local, seen, things

pytestmark = pytest.mark.slow


def offers(thing):
    if thing["@type"] == "Product":
        return [thing["offers"]]
    return [each["offers"] for each in thing["hasVariant"]]


@pytest.mark.whole
def test_the_data_of_a_product_offer_what_its_page_shows_at_the_same_price(demo):
    several = 0
    for product in Product.objects.shown():
        found = things(seen(product.get_absolute_url()))
        thing = found.get("ProductGroup") or found["Product"]
        assert thing["name"] == product.name_en
        shown = {variant.sku: variant for variant in product.variants.filter(active=True)}
        told = thing.get("hasVariant") or [thing]
        several += len(told) > 1
        assert {each["sku"] for each in told} == set(shown)
        for each in told:
            page = seen(local(each["offers"]["url"]))
            assert shown[each["sku"]].sku in page.text_content()
            price = page.xpath(
                "//*[contains(@class, 'product-words')]//p[contains(@class, 'price')]"
            )
            assert f"£{each['offers']['price']}" in price[0].text_content()
            assert each["offers"]["priceCurrency"] == "GBP"
            assert each["image"] and all(local(image) for image in each["image"])
    assert several > 5


def test_the_data_of_a_product_are_the_same_whichever_variant_is_chosen(demo):
    default = things(seen("/p/tea-cup/"))
    assert things(seen("/p/tea-cup/?v=TC-CEL")) == default
    assert default["ProductGroup"]["variesBy"] == ["https://schema.org/color"]
    assert {each["color"] for each in default["ProductGroup"]["hasVariant"]} >= {"Celadon"}


@pytest.mark.parametrize(
    ("stock", "said_as"),
    [(9, "InStock"), (1, "LimitedAvailability"), (0, "OutOfStock"), (None, "MadeToOrder")],
)
def test_the_data_say_what_can_be_had(db, stock, said_as):
    variant = factories.variant(stock=stock)
    (offer,) = offers(things(seen(variant.product.get_absolute_url()))["Product"])
    assert offer["availability"] == f"https://schema.org/{said_as}"


def test_a_sale_tells_the_price_before_too(db):
    variant = factories.variant(price=1950, compare_at=2400)
    (offer,) = offers(things(seen(f"/zh-hant{variant.product.get_absolute_url()}"))["Product"])
    assert (offer["price"], offer["priceSpecification"]["price"]) == ("19.50", "24.00")


@pytest.mark.whole
def test_breadcrumbs_lead_from_page_to_page(demo):
    for page in (
        seen("/p/tea-cup/"),
        seen("/zh-hant/p/tea-cup/"),
        *(seen(category.get_absolute_url()) for category in Category.objects.all()),
    ):
        items = things(page)["BreadcrumbList"]["itemListElement"]
        assert [item["position"] for item in items] == [*range(1, len(items) + 1)]
        shown = page.xpath("//nav[contains(@class, 'breadcrumb')]//li[position() > 1]")
        names = [item["name"] for item in items]
        assert [each.text_content().strip() for each in shown] == names[: len(shown)]
        for item in items:
            assert seen(local(item["item"])).findtext(".//h1") == item["name"]
        assert items[-1]["item"] == canonical(page)


def test_the_home_page_tells_of_the_shop_and_of_its_search(demo):
    for prefix in ("", "/zh-hant"):
        found = things(seen(f"{prefix}/"))
        assert found["OnlineStore"]["email"] == settings.SHOP_EMAIL
        assert found["WebSite"]["url"] == f"{SITE}{prefix}/"
        template = found["WebSite"]["potentialAction"]["target"]["urlTemplate"]
        page = seen(local(template.replace("{search_term_string}", "mug")))
        assert page.xpath("//main//a[contains(@href, '/p/mug/')]")
        assert Client().get(urlsplit(found["OnlineStore"]["logo"]).path).status_code == 200


def test_no_name_can_end_the_data_and_begin_a_script(db):
    name = '</script><script>alert("1")</script><!-- & \u2028'
    product = factories.product(name_en=name, text_en=f"{name}. {name}")
    option = factories.option(product, "glaze", "x")
    option[0].name_en = name
    option[0].save()
    Variant.objects.all().delete()
    factories.variant(product, values=option)
    answer = Client().get(product.get_absolute_url())
    assert b"<script>alert" not in answer.content
    found = things(parse(answer.content.decode()))["ProductGroup"]
    assert found["name"] == name
    assert found["hasVariant"][0]["color"] == name
