"""What search engines are led to: every page that may be kept, and nothing else."""

from urllib.robotparser import RobotFileParser

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

import factories
from campaigning import begun, campaign, readers, send
from catalog.models import Category, Product
from content.models import Page
from dom import parse

SITE = settings.SITE_URL
NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
}


def listed(**headers):
    """The sitemap's entries by address."""
    tree = etree.fromstring(Client().get("/sitemap.xml", headers=headers).content)
    return {each.findtext("s:loc", namespaces=NAMES): each for each in tree.findall("s:url", NAMES)}


def languages(entry):
    links = entry.findall("x:link", NAMES)
    return {link.get("hreflang"): link.get("href") for link in links}


def robots(text):
    parser = RobotFileParser()
    parser.parse(text.splitlines())
    return parser


@pytest.mark.whole
def test_every_address_in_it_answers_at_once_and_is_its_own_canonical(demo):
    factories.content_page()
    entries = listed()
    assert len(entries) > 50
    for address, entry in entries.items():
        answer = Client().get(address.removeprefix(SITE))
        assert answer.status_code == 200, address
        page = parse(answer.content.decode())
        assert page.xpath("//link[@rel='canonical']/@href") == [address]
        links = page.xpath("//head/link[@rel='alternate' and @hreflang]")
        assert {link.get("hreflang"): link.get("href") for link in links} == languages(entry)


def test_all_that_is_shown_is_in_it_in_both_languages(demo):
    factories.content_page(in_footer=False)
    things = [*Product.objects.shown(), *Category.objects.all(), *Page.objects.all()]
    fixed = ["/", "/contact/", "/newsletter/letters/"]
    paths = [*fixed, *(thing.get_absolute_url() for thing in things)]
    expected = {f"{SITE}{prefix}{path}" for prefix in ("", "/zh-hant") for path in paths}
    assert set(listed()) == expected


def test_letters_are_in_it_once_they_are_in_the_archive(db, mailoutbox):
    readers("ada")
    draft, private, going = campaign(), begun(is_public=False), begun()
    for made in (private, sent := begun()):
        send(made)
    entries = listed()
    assert SITE + sent.get_absolute_url() in entries
    for made in (draft, private, going):
        assert SITE + made.get_absolute_url() not in entries


def test_what_is_hidden_is_not_in_it(db):
    shown = factories.variant().product
    hidden = factories.variant(factories.product(active=False)).product
    nothing_to_choose = factories.variant(active=False).product
    entries = listed()
    assert SITE + shown.get_absolute_url() in entries
    for product in (hidden, nothing_to_choose):
        assert SITE + product.get_absolute_url() not in entries


def test_it_says_when_a_page_was_changed_where_that_is_known(db):
    page = factories.content_page()
    entries = listed()
    said = entries[SITE + page.get_absolute_url()].findtext("s:lastmod", namespaces=NAMES)
    assert said[:10] == page.updated.date().isoformat()
    assert entries[f"{SITE}/"].find("s:lastmod", NAMES) is None


def test_it_costs_the_same_queries_however_much_there_is(db):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            listed()
        return len(captured)

    factories.variant()
    factories.content_page()
    few = cost()
    for _ in range(10):
        factories.variant()
        send(begun())
        factories.content_page()
    assert cost() == few == 4  # categories, products, pages, letters


@pytest.mark.parametrize(
    ("address", "kind"), [("/sitemap.xml", "application/xml"), ("/robots.txt", "text/plain")]
)
def test_both_are_the_same_for_everybody_and_may_be_kept(demo, address, kind):
    answer = Client().get(address)
    assert answer["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer["Cache-Control"] == "max-age=3600, public" or "public" in answer["Cache-Control"]
    assert not answer.cookies and "Cookie" not in answer.get("Vary", "")
    assert Session.objects.count() == 0
    other = Client(headers={"Host": "localhost", "Accept-Language": "zh-TW"}).get(address)
    assert other.content == answer.content
    assert b"localhost" not in other.content and SITE.encode() in other.content
    assert Client().get(f"/zh-hant{address}").status_code == 404
    assert Client().post(address).status_code == 405


def test_robots_are_let_to_all_of_the_sitemap_and_kept_from_what_is_private(demo):
    text = Client().get("/robots.txt").text
    assert f"Sitemap: {SITE}/sitemap.xml" in text.splitlines()
    may = robots(text).can_fetch
    for address in listed():
        assert may("*", address), address
    private = ["/cart/", "/checkout/", "/checkout/review/", "/orders/AB-1/?key=x", "/search/?q=a"]
    for path in [*private, "/viewed/clear/"]:
        assert not may("*", SITE + path), path
        assert not may("*", f"{SITE}/zh-hant{path}"), path
    assert not may("*", f"{SITE}/admin/")
    assert may("*", f"{SITE}/static/css/shop.css") and may("*", f"{SITE}/media/x.webp")
