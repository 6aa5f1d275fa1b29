"""What everybody may read: products, variants, categories, where we send."""

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

import factories
from calling import Caller, pointers, problem
from catalog.models import Product, Variant
from catalog.search import index

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def get(path, **headers):
    return Caller(client=Client()).get(path, **headers)


def slugs(answer):
    return [each["slug"] for each in answer.json()["items"]]


@pytest.fixture
def shelf():
    """Thirty cups in a category, each in two glazes."""
    tea = factories.category(slug="tea")
    for n in range(30):
        made = factories.product(category=tea, position=n, slug=f"cup-{n:02}")
        glazes = factories.option(made, "glaze", "celadon", "oat")
        for glaze in glazes:
            factories.variant(made, price=1000 + 10 * n, values=[glaze])
        factories.picture(made)
    return tea


def test_products_come_in_pages_that_lose_and_repeat_none(shelf):
    seen, at, pages = [], "products/?category=tea&limit=7", 0
    while at:
        answer = get(at.replace("http://127.0.0.1:8000", ""))
        assert answer.status_code == 200, answer.text
        told, pages = answer.json(), pages + 1
        assert told["count"] == 30
        seen += slugs(answer)
        at = told["next"]
    assert seen == [f"cup-{n:02}" for n in range(30)]
    assert pages == 5


SORTED = ["", "sort=price-up", "sort=price-down", "sort=newest", "sort=name", "glaze=oat"]


@pytest.mark.parametrize("query", [*SORTED, "q=cup&glaze=oat&sort=price-down"])
def test_in_every_order_a_page_begins_where_the_last_ended(shelf, query):
    """Even if the product it ended with has been taken out of the list meanwhile."""
    whole, first, following = paged(query)
    Product.objects.filter(slug=slugs(first)[-1]).update(active=False)
    assert slugs(first) + slugs(get(following)) == whole


def test_a_search_goes_on_by_rank_as_long_as_it_finds_the_product(shelf):
    whole, first, following = paged("q=cup&glaze=oat")
    assert slugs(first) + slugs(get(following)) == whole
    Product.objects.filter(slug=slugs(first)[-1]).update(active=False)
    assert list(pointers(get(following))) == ["after"]


def paged(query):
    """The slugs of all; the first page; the path of all that follows."""
    index(Product.objects.all())
    whole = slugs(get(f"products/?{query}&limit=48"))
    first = get(f"products/?{query}&limit=11")
    following = first.json()["next"].partition("/api/v1/")[2].replace("limit=11", "limit=48")
    assert len(slugs(first)) == 11 < len(whole)
    return whole, first, following


def test_the_filters_are_those_of_the_pages(shelf):
    Variant.objects.filter(values__code="oat", product__slug="cup-03").update(stock=0)
    asked = "products/?category=tea&glaze=oat&min=10.20&max=10.50&available=1&sort=price-down"
    assert slugs(get(asked)) == ["cup-05", "cup-04", "cup-02"]
    (facet,) = get("products/?category=tea").json()["facets"]
    assert [(each["code"], each["count"]) for each in facet["values"]] == [
        ("celadon", 30),
        ("oat", 30),
    ]
    assert facet["code"] == "glaze"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("min=a+lot", "min"),
        ("min=9&max=3", "max"),
        ("limit=0", "limit"),
        ("limit=1000", "limit"),
        ("limit=x", "limit"),
        ("after=nothing", "after"),
        ("after=%00", "after"),
    ],
)
def test_what_is_asked_wrongly_is_told(shelf, query, field):
    assert list(pointers(get(f"products/?{query}"))) == [field]


@pytest.mark.django_db(transaction=True)
def test_what_a_search_has_found_is_kept(shelf):
    index(Product.objects.all())

    def statements():
        with CaptureQueriesContext(connection) as queries:
            assert slugs(get("products/?q=cup"))
        return [each["sql"] for each in queries if "catalog_searchentry" in each["sql"]]

    assert len(statements()) == 1 and statements() == []


def test_search_finds_in_both_languages_and_answers_in_the_one_asked_for(demo):
    english, chinese = get("products/?q=celadon"), get("products/?q=青瓷", Accept_Language="zh-TW")
    assert slugs(english) == slugs(chinese) != []
    assert chinese["Content-Language"] == "zh-hant"
    one = english.json()["items"][0], chinese.json()["items"][0]
    assert one[0]["name"] != one[1]["name"]
    assert one[1]["page"].startswith("http://127.0.0.1:8000/zh-hant/p/")
    assert "£" in one[0]["price"]["text"]


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-hant"),
        ("fr,en", "en"),
        ("fr", "en"),
        ("", "en"),
        ("*", "en"),
    ],
)
def test_the_header_says_the_language(db, asked, language):
    answer = get("categories/", Accept_Language=asked)
    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]


def test_a_product_and_its_variants(shelf):
    told = get("products/cup-00/").json()
    assert [each["code"] for each in told["options"][0]["values"]] == ["celadon", "oat"]
    first = told["variants"][0]
    assert first["values"] == {"glaze": "celadon"}
    assert first["price"] == {"amount": 1000, "currency": "GBP", "text": "£10.00"}
    assert told["pictures"][0]["url"].startswith("http://127.0.0.1:8000/media/")
    one = get(f"variants/{first['sku']}/").json()
    assert {name: one[name] for name in first} == first
    assert one["product"] == "cup-00"


def test_what_the_shop_does_not_show_is_not_there(shelf):
    Product.objects.filter(slug="cup-00").update(active=False)
    sku = Variant.objects.filter(product__slug="cup-01").first().sku
    Variant.objects.filter(sku=sku).update(active=False)
    for path in ("products/cup-00/", f"variants/{sku}/", "categories/x/", "countries/XX/", "x/"):
        assert problem(get(path)) == "not-found", path
    assert problem(get("products/?category=nothing")) == "not-found"


@pytest.mark.django_db(transaction=True)
def test_a_variant_that_the_kept_product_lacks_is_not_there_yet(shelf):
    get("products/cup-00/")
    known = Variant.objects.filter(product__slug="cup-00").first()
    new = Variant(product=known.product, sku="NEW", price=1000)
    QuerySet(Variant).bulk_create([new])  # and nobody is told that the shop has changed
    assert problem(get("variants/NEW/")) == "not-found"


def test_stock_is_told_as_it_is_now(shelf):
    get("products/cup-00/")
    Variant.objects.filter(product__slug="cup-00").update(stock=0)
    told = get("products/cup-00/").json()
    assert {each["availability"]["code"] for each in told["variants"]} == {"sold-out"}


@pytest.mark.parametrize(
    "path",
    [
        "products/",
        "products/cup-00/",
        "categories/",
        "categories/tea/",
        "countries/",
        "countries/GB/",
    ],
)
def test_what_has_not_changed_is_not_sent_again(shelf, path):
    first = get(path)
    assert first["Cache-Control"].startswith("public, ") and "Cookie" not in first["Vary"]
    again = get(path, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert get(path, If_None_Match='"other"').status_code == 200


def test_a_carts_etag_changes_with_it(shelf):
    cup, guest = Variant.objects.first(), Caller()
    guest.add(cup)
    seen = guest.get("cart/")["ETag"]
    assert guest.get("cart/", If_None_Match=seen).status_code == 304
    guest.add(cup)
    assert guest.get("cart/", If_None_Match=seen).status_code == 200


def test_a_list_of_24_costs_as_many_queries_as_one_of_3(shelf):
    def queries(limit):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert len(slugs(get(f"products/?limit={limit}"))) == limit
        return len(seen)

    assert queries(24) == queries(3) <= 6


def test_countries_tell_how_one_writes_an_address_and_how_we_send(demo):
    told = get("countries/US/").json()
    fields = {each["name"]: each for each in told["address_fields"]}
    assert fields["country_area"]["label"] == "State" and fields["country_area"]["required"]
    assert {"code": "CA", "name": "California"} in fields["country_area"]["areas"]
    methods = get("countries/GB/").json()["methods"]
    assert "uk-tracked" in [each["code"] for each in methods]
    assert {"code": "TW", "name": "Taiwan"} in get("countries/").json()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_what_cannot_be_done_is_told_as_a_problem(db, method):
    assert problem(getattr(Caller(), method)("products/")) == "method"
    assert problem(getattr(Caller(), method)("nowhere/at/all/")) == "not-found"
