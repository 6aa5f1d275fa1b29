"""Lists of products: filters, counts, order and pages, all from the query string."""

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import factories
from catalog.cards import cards
from catalog.listing import MOST_PAGES, PAGE, Listing, NoSuchPage
from catalog.models import Product, Variant
from catalog.offers import Offers
from dom import parse

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def listing(query="", products=None, ranked=None):
    products = Product.objects.shown() if products is None else products
    return Listing(Offers(products, ranked=ranked), "/c/x/", QueryDict(query))


def names(found):
    known = dict(Product.objects.values_list("pk", "name_en"))
    return [known[pk] for pk in pks(found)]


def pks(found):
    return [card.product for card in found.cards]


@pytest.fixture
def shelf(db):
    """Three cups in glazes, a jar without; prices in pence."""
    category = factories.category()
    made = {}
    for position, (name, offers) in enumerate(
        {
            "Alder": [("celadon", 1000, 5), ("oat", 1200, 0)],
            "Birch": [("celadon", 3000, 0), ("tenmoku", 2500, None)],
            "Cedar": [("oat", 2000, 1)],
            "Jar": [(None, 500, 9)],
        }.items()
    ):
        product = factories.product(name_en=name, category=category, position=position)
        glazes = [glaze for glaze, _price, _stock in offers if glaze]
        values = dict(zip(glazes, factories.option(product, "glaze", *glazes), strict=True))
        for glaze, price, stock in offers:
            chosen = [values[glaze]] if glaze else []
            factories.variant(product, price=price, stock=stock, values=chosen)
        made[name] = product
    return made


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("", ["Alder", "Birch", "Cedar", "Jar"]),
        ("glaze=celadon", ["Alder", "Birch"]),
        ("glaze=celadon&glaze=oat", ["Alder", "Birch", "Cedar"]),
        ("glaze=celadon&available=1", ["Alder"]),
        ("glaze=tenmoku&available=1", ["Birch"]),
        ("glaze=oat&max=11", []),  # the oat one costs 12; the one for 10 is celadon
        ("min=20", ["Birch", "Cedar"]),
        ("max=10.00", ["Alder", "Jar"]),
        ("min=%C2%A310&max=1,000", ["Alder", "Birch", "Cedar"]),
        ("available=1", ["Alder", "Birch", "Cedar", "Jar"]),
        ("sort=price-up", ["Jar", "Alder", "Cedar", "Birch"]),
        ("sort=price-down", ["Birch", "Cedar", "Alder", "Jar"]),
        ("sort=newest", ["Jar", "Cedar", "Birch", "Alder"]),
        ("sort=name", ["Alder", "Birch", "Cedar", "Jar"]),
        ("sort=by-magic&colour=red&x=<b>", ["Alder", "Birch", "Cedar", "Jar"]),
        ("glaze=nothing-of-ours", ["Alder", "Birch", "Cedar", "Jar"]),
        ("min=&max=&sort=&available=", ["Alder", "Birch", "Cedar", "Jar"]),
    ],
)
def test_a_query_leaves_what_fits_in_its_order(shelf, query, left):
    assert names(listing(query)) == left


def counts(query):
    return {v.code: v.count for facet in listing(query).facets for v in facet.values}


def test_each_value_says_how_many_products_it_would_leave(shelf):
    assert counts("") == {"celadon": 2, "oat": 2, "tenmoku": 1}
    assert counts("available=1") == {"celadon": 1, "oat": 1, "tenmoku": 1}
    assert counts("glaze=oat") == {"celadon": 2, "oat": 2, "tenmoku": 1}
    assert counts("max=15") == {"celadon": 1, "oat": 1}
    assert listing("glaze=oat").available == 1


def test_a_chosen_value_stays_to_be_taken_back_though_it_leaves_nothing(shelf):
    assert counts("glaze=tenmoku&max=15") == {"celadon": 1, "oat": 1, "tenmoku": 0}


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_every_filter_and_count_agrees_with_looking_at_each_product(db, data):
    Product.objects.all().delete()
    glazes, sizes = ["celadon", "oat"], ["small", "large"]
    offer = st.tuples(
        st.sampled_from([*glazes, None]),
        st.sampled_from([*sizes, None]),
        st.integers(1, 5),
        st.sampled_from([0, 1, None]),
    )
    kinds = data.draw(st.lists(st.lists(offer, min_size=1, max_size=3), min_size=1, max_size=4))
    category = factories.category()
    for offers in kinds:
        product = factories.product(category=category)
        values = {
            value.code: value
            for option, codes in (("glaze", glazes), ("size", sizes))
            for value in factories.option(product, option, *codes)
        }
        for glaze, size, price, stock in offers:
            chosen = [values[code] for code in (glaze, size) if code]
            factories.variant(product, price=price * 100, stock=stock, values=chosen)
    asked_glazes = data.draw(st.sets(st.sampled_from(glazes)))
    asked_sizes = data.draw(st.sets(st.sampled_from(sizes)))
    low, high = data.draw(st.integers(0, 3)), data.draw(st.integers(3, 6))
    available = data.draw(st.booleans())

    def left(glazes, sizes):
        return sum(
            any(
                low <= price <= high
                and (stock != 0 or not available)
                and (not glazes or glaze in glazes)
                and (not sizes or size in sizes)
                for glaze, size, price, stock in offers
            )
            for offers in kinds
        )

    query = [f"glaze={code}" for code in asked_glazes] + [f"size={code}" for code in asked_sizes]
    query += [f"min={low}", f"max={high}", "available=1" if available else ""]
    found = listing("&".join(query))
    # What is asked for but is nowhere in the shop is no filter.
    there = {(code, value) for code, (_, of) in found.offers.options.items() for value in of}
    asked_glazes = {code for code in asked_glazes if ("glaze", code) in there}
    asked_sizes = {code for code in asked_sizes if ("size", code) in there}
    assert found.count == left(asked_glazes, asked_sizes)
    for facet in found.facets:
        for value in facet.values:
            only = (
                ({value.code}, asked_sizes)
                if facet.code == "glaze"
                else (asked_glazes, {value.code})
            )
            assert value.count == left(*only)


@pytest.mark.parametrize("word", ["abc", "-1", "1e9", "NaN", "1.234", "£", "9" * 30, "１２", "1,2"])
def test_an_amount_that_is_none_is_refused_in_words_and_kept(shelf, word):
    found = listing(f"min={word}&glaze=celadon")
    assert found.status == 422
    assert found.problems == [("filter-min", str(found.form.errors["min"][0]))]
    assert names(found) == ["Alder", "Birch"]
    assert found.form["min"].value() == word


def test_a_range_upside_down_is_refused(shelf):
    found = listing("min=20&max=10")
    assert [field for field, _words in found.problems] == ["filter-max"]


def test_the_page_shows_the_refusal_above_its_heading_and_beside_the_field(shelf):
    answer = Client().get(f"{shelf['Jar'].category.get_absolute_url()}?min=abc&max=7")
    assert answer.status_code == 422
    page = parse(answer.content.decode())
    assert page.find(".//title").text.startswith("Error: ")
    (link,) = page.xpath("//*[@id='problems-summary']//a")
    (field,) = page.xpath("//input[@id='filter-min']")
    assert link.get("href") == "#filter-min"
    assert field.get("aria-invalid") == "true"
    assert field.get("value") == "abc"
    assert page.xpath("//details[@open]")


@pytest.fixture
def many(db):
    category = factories.category()
    for _ in range(PAGE * 2 + 1):
        factories.variant(factories.product(category=category))
    return category


def test_pages_divide_the_list(many):
    every = [*Product.objects.values_list("pk", flat=True)]
    assert len(listing().cards) == PAGE
    assert pks(listing("page=2")) == every[PAGE : 2 * PAGE]
    assert pks(listing("page=3")) == every[2 * PAGE :]
    assert pks(listing("page=1-3")) == every
    assert listing("page=1-2").newly_loaded == every[PAGE]
    assert listing("page=2").newly_loaded is None


def test_load_more_leads_from_page_to_page_to_the_end(many):
    assert listing().more == "/c/x/?page=1-2"
    assert listing("page=1-2&sort=name").more == "/c/x/?sort=name&page=1-3"
    assert listing("page=1-3").more == ""
    assert [link.address for link in listing("page=2").pages] == [
        "/c/x/",
        "/c/x/?page=2",
        "/c/x/?page=3",
    ]


def test_a_long_list_has_links_to_the_pages_around_and_to_both_ends(many, monkeypatch):
    monkeypatch.setattr("catalog.listing.PAGE", 2)  # 25 products on 13 pages

    def links(page):
        return " ".join(link.name for link in listing(f"page={page}").pages)

    assert links("1") == "1 2 3 … 13"
    assert links("7") == "1 … 5 6 7 8 9 … 13"
    assert links("3-5") == "1 2 3 4 5 6 7 … 13"
    assert links("13") == "1 … 11 12 13"
    assert [link.address for link in listing("page=7").pages if link.name == "…"] == ["", ""]


def test_load_more_begins_anew_after_many_pages(many, monkeypatch):
    monkeypatch.setattr("catalog.listing.PAGE", 1)
    assert listing(f"page=1-{MOST_PAGES - 1}").more == f"/c/x/?page=1-{MOST_PAGES}"
    assert listing(f"page=1-{MOST_PAGES}").more == f"/c/x/?page={MOST_PAGES + 1}"


@pytest.mark.parametrize("page", ["0", "-1", "4", "1-4", "3-2", "1-99999", "abc", "1e3", "٣", "1-"])
def test_a_page_that_is_not_there_is_not_found(many, page):
    with pytest.raises(NoSuchPage):
        listing(f"page={page}")
    assert Client().get(many.get_absolute_url(), {"page": page}).status_code == 404


def test_an_empty_list_has_one_page(db):
    assert listing("page=1").cards == []


def test_a_filter_can_be_taken_away_alone_or_with_all_others(shelf):
    found = listing("glaze=celadon&glaze=oat&min=5&sort=name&page=1&x=y")
    assert [(link.name, link.address) for link in found.active] == [
        ("Celadon", "/c/x/?glaze=oat&min=5&sort=name"),
        ("Oat", "/c/x/?glaze=celadon&min=5&sort=name"),
        ("From £5.00", "/c/x/?glaze=celadon&glaze=oat&sort=name"),
    ]
    assert found.cleared == "/c/x/?sort=name"


def test_who_filters_by_a_choice_sees_it_on_the_card_and_is_led_to_it(demo, client):
    def card(address):
        (found,) = parse(client.get(address).text).xpath("//li[contains(@class, 'card')][.//img]")[
            :1
        ]
        return found.xpath(".//img/@alt")[0], found.xpath(".//h3/a/@href")[0]

    assert card("/c/tea/") != card("/c/tea/?glaze=celadon")
    alt, link = card("/c/tea/?glaze=celadon")
    assert "celadon" in alt
    assert link == "/p/tea-cup/?v=TC-CEL"
    assert (
        card("/c/tea/?glaze=tenmoku&glaze=ash-blue")[1] == "/p/tea-cup/?v=TC-ASH"
    )  # the other is gone
    assert card("/zh-hant/c/tea/?glaze=tenmoku&sort=name")[1].endswith("?v=TC-TEN")


def test_what_can_be_sent_at_once_is_not_said_to_be_made_to_order(shelf):
    def said(**stocks):
        product = factories.product(name_en="Stool")
        for stock in stocks.values():
            factories.variant(product, stock=stock)
        return cards(Variant.objects.filter(product=product))[0].variant.availability

    assert said(oak=6, black=None) == "in-stock"
    assert said(oak=2, black=None) == "made-to-order"
    assert said(oak=0, black=2) == "few"
    assert said(oak=0, black=0) == "sold-out"


def test_search_results_keep_the_order_of_the_search(shelf):
    ranked = [shelf["Jar"].pk, shelf["Alder"].pk]
    assert names(listing("q=x", ranked=ranked)) == ["Jar", "Alder"]
    assert names(listing("q=x&sort=price-down", ranked=ranked)) == ["Alder", "Jar"]
    assert names(listing("q=x", ranked=[])) == []


def test_what_is_hidden_is_neither_listed_nor_counted(shelf):
    Variant.objects.filter(product=shelf["Cedar"]).update(active=False)
    Product.objects.filter(name_en="Birch").update(active=False)
    assert names(listing()) == ["Alder", "Jar"]
    assert counts("") == {"celadon": 1, "oat": 1}


@pytest.mark.parametrize(
    "query",
    ["min=%00", "q=%00&page=1", "glaze=%FF%FE", "sort=" + "x" * 5000, "=&==&&", "page=", "min[]=1"],
)
def test_a_hostile_query_gets_an_answer(demo, query):
    for address in ("/c/tea/", "/search/", "/zh-hant/c/tea/"):
        assert Client().get(f"{address}?{query}").status_code in {200, 404, 422}
