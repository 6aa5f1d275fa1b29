"""The demo catalogue is a whole shop in both languages."""

import pytest

from catalog.models import Category, Picture, Product, Variant
from config.management.commands import load_demo
from orders.models import DeliveryMethod

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    load_demo.Loader(load_demo.read()).load()


@pytest.mark.whole
def test_every_page_of_it_opens_in_both_languages(client, loaded):
    things = [*Product.objects.all(), *Category.objects.all()]
    assert len(things) > 20
    for address in ["/", *(thing.get_absolute_url() for thing in things)]:
        for prefix in ("", "/zh-hant"):
            assert client.get(prefix + address).status_code == 200, prefix + address


@pytest.mark.whole
def test_every_variant_can_be_reached_and_every_word_is_there_twice(client, loaded):
    for variant in Variant.objects.select_related("product"):
        assert client.get(variant.get_absolute_url()).status_code == 200
    for model in (Product, Category, DeliveryMethod):
        for row in model.objects.all():
            assert row.name_en
            assert row.name_zh
            assert row.name_en != row.name_zh
    for picture in Picture.objects.all():
        assert picture.alt_en
        assert picture.alt_zh


def test_a_filled_shop_is_left_as_it_is(loaded, capsys):
    Product.objects.first().variants.update(price=1)
    before = list(Variant.objects.order_by("pk").values())
    Picture.objects.update(digest="made")
    load_demo.Command().handle()
    assert list(Variant.objects.order_by("pk").values()) == before
