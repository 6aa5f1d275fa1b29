"""Shared pages are the same bytes for everybody; personal ones are kept by nobody."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

import kinds
from dom import parse

pytestmark = pytest.mark.whole

SHARED = [
    "/",
    "/c/tea/",
    "/c/tea/?glaze=celadon",
    "/search/?q=cup",
    "/c/table/",
    "/pages/about/",
    "/newsletter/letters/",
    "/api/guide/",
    "/zh-hant/",
    "/zh-hant/c/tea/",
]


@pytest.mark.parametrize("address", SHARED)
def test_a_shared_page_is_the_same_bytes_for_every_fresh_visitor(demo, address):
    one = Client().get(address)
    other = Client(headers={"Accept-Language": "zh-TW", "User-Agent": "Other/1"}).get(address)
    seen = Client()
    seen.get("/p/mug/")
    assert "first_view" in seen.cookies
    seen.cookies["messages"] = "left over"
    assert one.status_code == 200
    assert one.content == other.content == seen.get(address).content


@pytest.mark.parametrize("address", SHARED)
def test_a_shared_page_may_be_kept_by_any_cache(demo, address):
    answer = Client(headers={"Accept-Language": "zh-TW"}).get(address)
    vary = {each.strip() for each in answer["Vary"].split(",")}
    assert vary == {"HX-Request-Type", "Accept-Encoding"}
    assert not answer.cookies and "Set-Cookie" not in answer
    assert answer["Cache-Control"].startswith("public, ")
    assert "s-maxage=" in answer["Cache-Control"]
    again = Client().get(address, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("address", SHARED)
def test_a_shared_page_names_nothing_of_a_person(demo, address):
    page = Client().get(address).content
    assert b"csrfmiddlewaretoken" not in page
    assert b'class="count"' not in page


@pytest.mark.parametrize("address", [*SHARED, "/nothing/here/"])
def test_whoever_has_a_cart_gets_their_own_badge_and_their_own_copy(demo, address):
    shopper = kinds.shopper()
    answer = shopper.get(address)
    assert answer["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer
    (badge,) = parse(answer.content.decode()).xpath("//*[@id='cart-badge']/*[@class='count']")
    assert badge.text == "2"
    shopper.post(f"/cart/lines/{kinds.pk('TC-ASH')}/", {"quantity": "5"})
    (badge,) = parse(shopper.get(address).content.decode()).xpath("//*[@class='count']")
    assert badge.text == "6"


def test_what_was_said_to_a_person_stays_off_shared_pages_and_waits_for_a_personal_one(demo):
    shopper = Client()
    shopper.post("/cart/add/", {"variant": kinds.pk("MG-INK"), "quantity": "1"})
    assert b"Added" not in shopper.get("/").content
    assert b"Added Dipped stoneware mug (Ink black on brown clay)." in shopper.get("/cart/").content
    assert b"Added" not in shopper.get("/cart/").content


def test_looking_around_without_keeping_cookies_leaves_no_session_behind(demo):
    for address in ("/", "/c/tea/", "/p/tea-cup/", "/p/mug/", "/cart/", "/checkout/", "/x/"):
        Client().get(address)
    assert Session.objects.count() == 0


def test_a_first_view_alone_leaves_no_session_behind(demo):
    visitor = Client()
    for address in ("/", "/c/tea/", "/p/tea-cup/", "/", "/c/paper/", "/cart/"):
        visitor.get(address)
    assert Session.objects.count() == 0


def test_personal_pages_are_kept_by_nobody(pages):
    kept = [
        name
        for name, answer in pages.items()
        if "no-store" not in answer.get("Cache-Control", "")
        and name.partition(" (")[0]
        not in {
            *("home", "category", "category with branches", "not found", "our fault"),
            *("category filtered", "category with nothing that fits", "search", "everything"),
            *("search that found nothing", "more of everything", "content page"),
            *("content page with a table", "no letters yet"),
            *("letters that were sent", "a letter that was sent", "guide for programs"),
        }
    ]
    assert kept == []


def test_no_answer_to_htmx_is_kept(fragments):
    assert {answer["Cache-Control"] for answer in fragments.values()} == {"private, no-store"}


def test_the_cart_cookie_is_out_of_reach_of_scripts_and_other_sites(demo):
    visitor = Client()
    visitor.post("/cart/add/", {"variant": kinds.pk("MG-INK"), "quantity": "1"})
    cookie = visitor.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
