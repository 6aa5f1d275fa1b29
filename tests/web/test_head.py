"""What pages say of themselves: one address, both languages, a description, a preview."""

from io import BytesIO

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

import factories
from dom import parse
from heads import SITE, alternates, canonical, local, said, seen
from web.head import opening

pytestmark = pytest.mark.slow

# What kinds of page that search engines may keep begin with; every other asks not to be indexed.
INDEXED = (
    *("home", "category", "content page", "product ", "contact ("),
    *("no letters yet", "letters that were sent", "a letter that was sent", "guide"),
)


def indexed(pages):
    """By name, those that are meant for search engines, as trees."""
    return {
        name: parse(answer.content.decode())
        for name, answer in pages.items()
        if name.startswith(INDEXED)
        if answer.status_code == 200
    }


def standing(pages):
    """Those that can be asked for again: the demo has sent no letter."""
    return {name: page for name, page in indexed(pages).items() if "a letter" not in name}


def test_every_page_names_its_one_address_or_asks_not_to_be_indexed(pages):
    kept = indexed(pages)
    assert len(kept) >= 20
    for name, answer in pages.items():
        page = parse(answer.content.decode())
        if name in kept:
            assert not page.xpath("//meta[@name='robots']"), name
            local(canonical(page))
        elif answer.status_code == 200:
            assert page.xpath("//meta[@name='robots']/@content") == ["noindex"], name
            assert not page.xpath("//link[@rel='canonical' or @rel='alternate']"), name
            assert not page.xpath("//meta[starts-with(@property, 'og:')]"), name


@pytest.mark.whole
def test_a_canonical_address_answers_and_names_itself(demo, pages):
    for address in {canonical(page) for page in standing(pages).values()}:
        assert canonical(seen(local(address))) == address


@pytest.mark.whole
def test_the_languages_of_a_page_name_each_other(demo, pages):
    for name, page in standing(pages).items():
        here = alternates(page)
        assert set(here) == {"en", "zh-Hant", "x-default"}, name
        assert here["x-default"] == here["en"]
        assert canonical(page) in here.values()
        assert here["zh-Hant"] == here["en"].replace(SITE, f"{SITE}/zh-hant")
        for tag in ("en", "zh-Hant"):
            other = seen(local(here[tag]))
            assert alternates(other) == here
            assert other.get("lang").lower() == tag.lower()


@pytest.mark.parametrize(
    ("address", "one"),
    [
        ("/p/tea-cup/?v=TC-CEL", "/p/tea-cup/"),
        ("/p/tea-cup/?v=TC-CEL&utm=x&page=2", "/p/tea-cup/"),
        ("/zh-hant/p/tea-cup/?v=TC-CEL", "/zh-hant/p/tea-cup/"),
        ("/c/tea/?sort=name&available=on", "/c/tea/"),
        ("/c/tea/?page=1", "/c/tea/"),
        ("/?utm=x", "/"),
    ],
)
def test_what_only_filters_or_chooses_is_left_out_of_the_one_address(demo, address, one):
    assert canonical(seen(address)) == SITE + one


def test_the_second_page_of_a_category_is_a_page_of_its_own(db):
    category = factories.category()
    for _ in range(30):
        factories.variant(factories.product(category=category))
    path = category.get_absolute_url()
    page = seen(f"{path}?page=2&sort=name")
    assert canonical(page) == f"{SITE}{path}?page=2"
    assert alternates(page)["zh-Hant"] == f"{SITE}/zh-hant{path}?page=2"


def test_the_one_address_is_the_shops_own_whatever_host_is_asked(demo):
    for address in ("/", "/p/mug/", "/c/tea/"):
        assert canonical(seen(address, host="localhost")) == SITE + address
        assert b"localhost" not in Client().get(address, headers={"Host": "localhost"}).content


def test_every_indexed_page_is_described_in_its_language_and_briefly(pages):
    said_before = {}
    for name, page in indexed(pages).items():
        text = said(page, "description")
        assert 5 < len(text) <= 160, name
        assert said(page, "og:description") == text
        assert any("一" <= each <= "鿿" for each in text) == name.endswith("(zh-hant)"), name
        assert said_before.setdefault(text, canonical(page)) == canonical(page), name


def test_a_description_is_whole_sentences_or_as_much_of_the_first_as_fits():
    assert opening("  Short\n text ") == "Short text"
    assert opening("One is 1.5 m. Two? Three is too long.", 20) == "One is 1.5 m. Two?"
    assert opening("一句。兩句！三句很長很長。", 8) == "一句。兩句！"
    assert opening("x" * 300) == "x" * 159 + "…"


def test_every_indexed_page_has_a_preview(demo, pages):
    for name, page in indexed(pages).items():
        local(said(page, "og:image"))
        assert int(said(page, "og:image:width")) > 300, name
        assert int(said(page, "og:image:height")) > 300, name
        assert len(said(page, "og:image:alt")) > 5, name
        assert said(page, "og:url") == canonical(page)
        assert said(page, "og:title") in page.findtext(".//title")
        locales = (said(page, "og:locale"), said(page, "og:locale:alternate"))
        chinese = name.endswith("(zh-hant)")
        assert locales == (("zh_TW", "en_GB") if chinese else ("en_GB", "zh_TW"))
        kind = "product" if name.startswith("product ") else "website"
        assert said(page, "og:type") == kind


def test_a_preview_has_the_size_it_says(db):
    product = factories.variant().product
    for size in ((2000, 1000), (500, 700)):
        product.pictures.all().delete()
        picture = factories.picture(product, content=factories.photograph(*size))
        for _ in ("waiting for its renditions", "rendered"):
            page = seen(product.get_absolute_url())
            file = Client().get(local(said(page, "og:image"))).getvalue()
            told = [int(said(page, f"og:image:{side}")) for side in ("width", "height")]
            assert list(Image.open(BytesIO(file)).size) == told
            picture.render()


def test_the_shops_own_preview_and_marks_are_there_and_light(demo):
    page = seen("/")
    assert "img/card" in said(page, "og:image")
    card = finders.find("img/card.jpg")
    assert Image.open(card).size == (1200, 630)
    with open(card, "rb") as file:
        assert len(file.read()) <= 80_000
    (icon,) = page.xpath("//link[@rel='apple-touch-icon']/@href")
    assert Image.open(BytesIO(Client().get(icon).getvalue())).size == (180, 180)
    answer = Client().get("/favicon.ico", follow=True)
    assert Image.open(BytesIO(answer.getvalue())).format == "ICO"
    light, dark = page.xpath("//meta[@name='theme-color']")
    assert ("light" in light.get("media"), "dark" in dark.get("media")) == (True, True)
