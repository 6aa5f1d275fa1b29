"""The search finds what a shopper means, in both languages, alike on both databases."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import factories
from catalog import search
from catalog.models import Category, Product, SearchEntry, Variant
from dom import parse

pytestmark = pytest.mark.django_db

FIRST = {
    # names, whole and in part, in any case
    "tea cup": "tea-cup",
    "TEA CUP": "tea-cup",
    "cup tea": "tea-cup",
    "hand-thrown": "tea-cup",
    "hand thrown tea cup": "tea-cup",
    "teapot": "teapot",
    "teap": "teapot",
    "pot": "teapot",
    "gaiwan": "gaiwan",
    "gai": "gaiwan",
    "matcha": "matcha-bowl",
    "matcha bowl": "matcha-bowl",
    "tea can": "canister",
    "moon jar": "vase-moon",
    "letter set": "letter-set",
    # plural and singular
    "mugs": "mug",
    "plates": "plate",
    "candles": "candle",
    "whisks": "whisk",
    "notebooks": "notebook",
    "cushions": "cushion",
    "trays": "tray",
    # accents, full-width forms, apostrophes, signs
    "Téapôt": "teapot",
    "ＭＵＧ": "mug",
    "  soap!!! ": "soap",
    "teapot's": "teapot",
    '"gaiwan"': "gaiwan",
    # choices, SKUs, categories, texts
    "tenmoku cup": "tea-cup",
    "tea cup celadon": "tea-cup",
    "celadon gaiwan": "gaiwan",
    "TC-CEL": "tea-cup",
    "tc-cel": "tea-cup",
    "tccel": "tea-cup",
    "VM-WHT": "vase-moon",
    "mug tableware": "mug",
    "Yingge cup": "tea-cup",
    # Chinese
    "茶杯": "tea-cup",
    "手拉坯茶杯": "tea-cup",
    "茶壺": "teapot",
    "蓋碗": "gaiwan",
    "瓷": "gaiwan",
    "青瓷茶杯": "tea-cup",
    "青瓷杯": "tea-cup",
    "抹茶碗": "matcha-bowl",
    "馬克杯": "mug",
    "馬克": "mug",
    "筆記本": "notebook",
    "手工皂": "soap",
    "蠟燭": "candle",
    "月亮罐": "vase-moon",
    "抱枕": "cushion",
    "食器 碗": "bowl",
    "celadon 茶杯": "tea-cup",
}
HOSTILE = [
    *("", " ", '"', "'", "*", "%", "_", "\\", "-", "--", "(", "((", ")", "NEAR(a b)", "a OR b"),
    *("AND", "NOT x", "name:tea", "^tea", "tea*", "\0", "tea\0cup", "\ud800", "\udfff茶", "‮tea"),
    *("🍵", "'; DROP TABLE catalog_product; --", "' OR 1=1 --", "%s", "{}", "${x}", "茶" * 5000),
    *("a " * 5000, "x" * 10_000, "ﷺ", "İ", "ß", "Ⅷ", "چای", "чай", "１２３", "1e999", "-1"),
]


def slugs(text):
    names = Product.objects.in_bulk(search.found(text))
    return [names[pk].slug for pk in search.found(text)]


@pytest.mark.parametrize("text", FIRST)
def test_a_query_finds_first_what_is_meant(demo, text):
    assert slugs(text)[0] == FIRST[text]


@pytest.mark.parametrize("text", ["xylophone", "tea cup xylophone", "鋼琴", "zz", "q茶"])
def test_what_the_shop_has_not_is_not_found(demo, text):
    assert slugs(text) == []


def test_every_word_must_be_there(demo):
    both, one = slugs("celadon cup"), slugs("celadon")
    assert "tea-cup" in both
    assert set(both) < set(one)


def test_a_category_finds_all_that_is_in_it_and_below(demo):
    for word in ("tableware", "食器", "cups and bowls", "茶器"):
        category = Category.objects.filter(name_en__iexact=word).first()
        category = category or Category.objects.get(name_zh=word)
        inside = Product.objects.filter(category__in=category.ids_below())
        assert {product.slug for product in inside} <= set(slugs(word))


def test_a_name_comes_before_a_mention(demo):
    mentioned = factories.product(text_en="Goes well with a teapot.", position=0)
    factories.variant(mentioned)
    search.index(Product.objects.filter(pk=mentioned.pk))
    found = slugs("teapot")
    assert found[0] == "teapot"
    assert mentioned.slug in found


def test_han_is_found_inside_a_longer_word(db):
    cup = factories.variant(factories.product(name_zh="青瓷茶杯")).product
    search.index(Product.objects.all())
    for words in ("茶杯", "瓷茶", "青瓷", "青瓷茶杯", "青瓷 茶杯", "茶"):
        assert search.found(words) == [cup.pk], words
    assert search.found("茶壺") == []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_answered_like_any_other(demo, text):
    assert set(search.found(text)) <= {product.pk for product in Product.objects.all()}


@pytest.mark.whole
@given(text=st.text(max_size=60))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_at_all_is_an_error(demo, text):
    search.found(text)


def test_what_is_not_in_the_shop_is_not_found(demo):
    assert slugs("teapot")[0] == "teapot"
    Variant.objects.filter(product__slug="teapot").update(active=False)
    assert "teapot" not in slugs("teapot")
    Product.objects.filter(slug="gaiwan").update(active=False)
    assert "gaiwan" not in slugs("gaiwan")


def test_a_search_costs_one_query_and_one_more_if_it_tries_again(demo, django_assert_num_queries):
    with django_assert_num_queries(1):
        search.found("celadon tea cup")
    with django_assert_num_queries(2):
        search.found("青瓷杯")
    with django_assert_num_queries(0):
        search.found("?!")


def test_the_demo_is_indexed_whole(demo):
    before = list(SearchEntry.objects.order_by("pk").values())
    assert len(before) == Product.objects.count()
    search.index(Product.objects.all())
    assert list(SearchEntry.objects.order_by("pk").values()) == before


def test_a_long_answer_is_cut(db):
    category = factories.category()
    for _ in range(search.MOST + 5):
        factories.variant(factories.product(category=category, name_en="Spoon"))
    search.index(Product.objects.all())
    assert len(search.found("spoon")) == search.MOST


def test_what_an_editor_renames_is_found_by_its_new_name_at_once(demo, admin_client: Client):
    category = Category.objects.get(slug="table")
    fields = {"name_en": "Porcelain room", "name_zh": "瓷器間", "slug": "table", "position": 1}
    answer = admin_client.post(f"/admin/catalog/category/{category.pk}/change/", fields)
    assert answer.status_code == 302
    assert {"mug", "plate", "bowl"} <= set(slugs("porcelain room"))
    assert {"mug", "plate", "bowl"} <= set(slugs("瓷器間"))


@pytest.mark.parametrize("words", ["tableware", "TABLE", "食器"])
def test_a_category_of_that_name_is_offered_too(demo, client, words):
    page = parse(client.get("/search/", {"q": words}).text)
    assert "/c/table/" in page.xpath("//main//a[@class='choice']/@href")


@pytest.mark.parametrize("words", ["\0", "%", "\udfff".encode("utf-16", "surrogatepass"), "' OR 1"])
def test_the_page_of_a_hostile_text_opens(demo, client, words):
    assert client.get("/search/", {"q": words}).status_code == 200
