"""The product page: one variant chosen, and links to the others that exist."""

import re
from itertools import product as pairs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

import factories
from catalog.detail import Detail
from catalog.models import Product, Variant

pytestmark = pytest.mark.slow

GLAZES, SIZES = ("celadon", "tenmoku", "white"), ("small", "large")


def detail(product, sku=None):
    return Detail(Product.objects.for_detail().get(pk=product.pk), sku)


def cups(*existing, stocks=None):
    """A product with two options of which only the `existing` (glaze, size) pairs are made."""
    product = factories.product()
    glazes = dict(zip(GLAZES, factories.option(product, "glaze", *GLAZES), strict=True))
    sizes = dict(zip(SIZES, factories.option(product, "size", *SIZES), strict=True))
    for place, (glaze, size) in enumerate(existing):
        factories.variant(
            product,
            sku=f"{product.pk}-{glaze}-{size}".upper(),
            values=[glazes[glaze], sizes[size]],
            stock=stocks[place] if stocks else 5,
            position=place,
        )
    return product


def offered(shown):
    """{option: {value: (sku it leads to, is chosen)}}"""
    return {
        option.code: {c.value.code: (c.variant.sku.lower(), c.chosen) for c in choices}
        for option, choices in shown.options
    }


@pytest.mark.django_db
class TestChoices:
    def test_without_a_choice_the_first_that_can_be_had_is_shown(self):
        product = cups(("celadon", "small"), ("tenmoku", "small"), stocks=[0, 1])
        assert detail(product).variant.sku.endswith("TENMOKU-SMALL")
        product = cups(("celadon", "small"), ("tenmoku", "small"), stocks=[0, 0])
        assert detail(product).variant.sku.endswith("CELADON-SMALL")

    def test_only_combinations_that_exist_are_offered(self):
        product = cups(("celadon", "small"), ("celadon", "large"), ("tenmoku", "small"))
        p = product.pk
        shown = detail(product, f"{p}-TENMOKU-SMALL")
        assert offered(shown) == {
            "glaze": {
                "celadon": (f"{p}-celadon-small", False),
                "tenmoku": (f"{p}-tenmoku-small", True),
            },
            "size": {"small": (f"{p}-tenmoku-small", True)},
        }

    def test_a_choice_keeps_the_other_choices_where_it_can(self):
        product = cups(*pairs(GLAZES, SIZES))
        p = product.pk
        shown = offered(detail(product, f"{p}-WHITE-LARGE"))
        assert shown["glaze"]["celadon"] == (f"{p}-celadon-large", False)
        assert shown["size"]["small"] == (f"{p}-white-small", False)

    def test_a_hidden_variant_is_not_offered(self):
        product = cups(("celadon", "small"), ("celadon", "large"))
        Variant.objects.filter(sku__endswith="LARGE").update(active=False)
        assert list(offered(detail(product))["size"]) == ["small"]

    @pytest.mark.parametrize("sku", ["NOPE", "' OR 1=1", "CUP\x00"])
    def test_an_unknown_sku_is_404(self, client, sku):
        product = factories.variant().product
        factories.variant(sku="NOPE-2")
        assert client.get(product.get_absolute_url(), {"v": sku}).status_code == 404

    def test_another_products_sku_is_404(self, client):
        one, other = factories.variant(), factories.variant()
        assert client.get(one.product.get_absolute_url(), {"v": other.sku}).status_code == 404

    @pytest.mark.parametrize("hide", ["product", "variant"])
    def test_what_is_hidden_is_404(self, client, hide):
        variant = factories.variant()
        (variant.product if hide == "product" else variant).active = False
        variant.product.save()
        variant.save()
        assert client.get(variant.product.get_absolute_url()).status_code == 404
        assert client.get(variant.get_absolute_url()).status_code == 404

    def test_every_choice_on_the_page_opens(self, client):
        product = cups(("celadon", "small"), ("tenmoku", "large"), ("white", "small"))
        page = client.get(product.get_absolute_url()).text
        links = re.findall(r'<a\s[^>]*id="choice-[^>]*?\shref="([^"]+)"', page)
        assert len(links) == 4  # three glazes, and celadon's one size
        for link in links:
            assert client.get(link).status_code == 200


class TestAnyProduct(HypothesisTestCase):
    @settings(max_examples=25)
    @given(
        st.sets(st.sampled_from(list(pairs(GLAZES, SIZES))), min_size=1),
        st.lists(st.integers(0, 2), min_size=6, max_size=6),
    )
    def test_every_choice_leads_to_an_existing_variant_with_that_value(self, existing, stocks):
        product = cups(*sorted(existing), stocks=stocks)
        for start in Variant.objects.filter(product=product):
            shown = detail(product, start.sku)
            glazes, sizes = [choices for _option, choices in shown.options]
            # Whatever is made can be reached: its glaze first, and then its size.
            assert {c.value.code for c in glazes} == {glaze for glaze, _size in existing}
            mine = next(c.value.code for c in glazes if c.chosen)
            assert {c.value.code for c in sizes} == {s for g, s in existing if g == mine}
            for choice in [*glazes, *sizes]:
                values = set(choice.variant.values.all())
                assert choice.value in values
                assert choice.chosen == (choice.value in set(start.values.all()))
            assert all(c.variant == start for c in [*glazes, *sizes] if c.chosen)


@pytest.mark.django_db
def test_the_chosen_variants_pictures_come_first_and_those_of_others_not_at_all(client):
    product = cups(("celadon", "small"), ("tenmoku", "small"))
    values = {v.code: v for option in product.options.all() for v in option.values.all()}
    general = factories.picture(product)
    tenmoku = factories.picture(product, [values["tenmoku"]])
    celadon = factories.picture(product, [values["celadon"]])
    shown = detail(product, f"{product.pk}-CELADON-SMALL")
    assert shown.variant.pictures == [celadon, general]
    sku = f"{product.pk}-TENMOKU-SMALL"
    for number, picture in (("1", tenmoku), ("2", general), ("3", tenmoku), ("x", tenmoku)):
        page = client.get(product.get_absolute_url(), {"v": sku, "picture": number}).text
        assert re.findall(r'alt="(A cup \d+)"', page) == [picture.alt_en]
        assert re.findall(r">(Picture \d of \d)<", page) == ["Picture 1 of 2", "Picture 2 of 2"]
        chosen = "2" if number == "2" else "1"
        assert re.findall(r'id="product-picture-(\d)"[^>]*aria-current', page) == [chosen]


@pytest.mark.django_db
def test_a_variant_without_pictures_of_its_own_shows_the_first(client):
    product = cups(("celadon", "small"), ("tenmoku", "small"))
    tenmoku = product.options.get(code="glaze").values.get(code="tenmoku")
    only = factories.picture(product, [tenmoku])
    assert detail(product, f"{product.pk}-CELADON-SMALL").variant.pictures == [only]


@pytest.mark.django_db
def test_a_sale_shows_both_prices(client):
    variant = factories.variant(price=1800, compare_at=2400)
    page = client.get(variant.get_absolute_url()).text
    assert "<s>£24.00</s>" in page
    assert "£18.00" in page


@pytest.mark.django_db
def test_words_of_the_catalogue_are_escaped(client):
    evil = "<script>alert(1)</script>"
    product = factories.product(name_en=evil, text_en=evil, care_en=evil, origin_zh=evil)
    factories.variant(product)
    for prefix in ("", "/zh-hant"):
        page = client.get(prefix + f"/p/{product.slug}/").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
