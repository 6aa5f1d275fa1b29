"""Back restores at once and never shows an old cart; hovering fetches what everybody may see."""

import re

import pytest
from playwright.sync_api import expect

import services
import steps
from cart.cart import Cart
from kinds import pk
from members.models import User
from visiting import EMAIL, PASSWORD, member
from web.sessions import SessionStore

with_javascript = pytest.mark.parametrize("javascript", [True], ids=["with-javascript"])
CUP = "/p/tea-cup/?v=TC-ASH"


@pytest.fixture(scope="module")
def browser(chromium):
    """Chromium with its cache of pages for Back, which Playwright switches off otherwise."""
    browser = chromium(
        executable_path=services.program("chromium"),  # the one without windows keeps no page
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


def restored(page):
    """Whether Back has brought the very page that was left."""
    return page.evaluate("window.left === true")


def back(page):
    """No page that is kept for Back is loaded again, so there is no such event to wait for."""
    page.go_back(wait_until="commit")


def leave(page):
    page.evaluate("window.left = true")


@with_javascript
def test_back_restores_a_page_with_its_focus_and_place(page):
    page.goto("/c/tea/")
    leave(page)
    page.locator("#listing-results .card a").nth(5).focus()
    page.evaluate("scrollTo(0, 600)")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/p/"))
    back(page)
    expect(page).to_have_url(re.compile("/c/tea/$"))
    assert restored(page)
    assert page.evaluate("scrollY") > 300
    assert page.evaluate("document.activeElement.closest('.card') !== null")


@with_javascript
def test_a_personal_page_with_an_old_cart_is_not_brought_back(page):
    steps.add(page, CUP)
    page.goto("/cart/")
    leave(page)
    steps.count(page, 1)
    steps.add(page, "/p/mug/")
    back(page)
    expect(page).to_have_url(re.compile("/cart/$"))
    assert not restored(page)
    steps.count(page, 2)
    expect(page.locator(".cart-line")).to_have_count(2)


@with_javascript
def test_a_shared_page_from_before_the_first_line_reads_its_badge_anew(page):
    page.goto("/")
    leave(page)
    expect(page.locator("#cart-badge .count")).to_have_count(0)
    steps.add(page, CUP)
    back(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert restored(page)
    steps.count(page, 1)
    expect(page.locator("#cart-mini")).to_contain_text("1 × Hand-thrown tea cup")


@with_javascript
def test_back_asks_for_nothing_where_nothing_has_changed(page):
    page.goto("/")
    leave(page)
    page.goto("/pages/about/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    back(page)
    assert restored(page)
    page.wait_for_timeout(500)
    assert [url for url in asked if "/static/" not in url] == []


@pytest.fixture
def member_page(page):
    """A browser in which a member with an empty cart has signed in."""
    member()
    page.goto("/account/login/?next=/account/")
    steps.write(page, page.locator("#account-form [name=login]"), EMAIL)
    steps.write(page, page.locator("#account-form [name=password]"), PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/account/$"))
    return page


def test_a_member_is_brought_back_to_the_cart_as_it_is_now(member_page, javascript):
    page = member_page
    steps.add(page, CUP)
    page.goto("/cart/")
    steps.count(page, 1)
    page.goto("/p/mug/")
    page.locator("#buy-add").click()
    steps.count(page, 2)
    back(page)
    if not javascript:  # the shop led from the product to the cart
        expect(page.locator("#buy-add")).to_be_visible()
        back(page)
    expect(page).to_have_url(re.compile("/cart/$"))
    steps.count(page, 2)
    expect(page.locator(".cart-line")).to_have_count(2)


@with_javascript
def test_a_members_shared_page_reads_its_badge_anew(member_page):
    page = member_page
    page.goto("/")
    leave(page)
    expect(page.locator("#cart-badge .count")).to_have_count(0)
    steps.add(page, CUP)
    back(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    steps.count(page, 1)
    expect(page.locator("#cart-mini")).to_contain_text("1 × Hand-thrown tea cup")


@with_javascript
def test_what_another_device_has_changed_is_in_the_header_that_back_brings(member_page):
    page = member_page
    steps.add(page, CUP)
    page.goto("/c/tea/")
    steps.count(page, 1)
    session = SessionStore()
    session.create()
    Cart(session, User.objects.get()).add(pk("MG-INK"), 1)
    page.goto("/p/mug/")
    steps.count(page, 2)
    back(page)
    expect(page).to_have_url(re.compile("/c/tea/$"))
    steps.count(page, 2)


@pytest.mark.parametrize("javascript", [False], ids=["without-javascript"])
def test_without_javascript_the_next_page_is_right(page):
    page.goto("/")
    page.goto(CUP)
    page.locator("#buy-add").click()
    steps.count(page, 1)
    back(page)
    expect(page.locator("#buy-add")).to_be_visible()
    back(page)
    expect(page).to_have_url(re.compile(":[0-9]+/$"))
    page.goto("/c/tea/")
    steps.count(page, 1)


def prefetched(page, hover):
    """The addresses that are fetched while a link is hovered over."""
    found = []
    context = page.context

    def note(request):
        if "prefetch" in request.headers.get("sec-purpose", ""):
            found.append(request.url)

    context.on("request", note)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.requestWillBeSent",
        lambda event: (
            "prefetch" in str(event["request"]["headers"].get("Sec-Purpose", ""))
            and found.append(event["request"]["url"])
        ),
    )
    session.send("Preload.enable")
    session.on("Preload.prefetchStatusUpdated", lambda event: found.append(event["prefetchUrl"]))
    hover()
    page.wait_for_timeout(1500)
    return {url.partition("//")[2].partition("/")[2] for url in found}


def test_hovering_over_a_shared_page_fetches_it_ahead(page, javascript):
    page.goto("/")
    link = page.locator(".site-nav a").first
    path = link.get_attribute("href").lstrip("/")
    assert prefetched(page, link.hover) == {path}


@pytest.mark.parametrize(
    "selector", [".card a", "#cart-badge", ".account-link"], ids=["product", "cart", "account"]
)
def test_hovering_over_what_is_a_persons_own_fetches_nothing(page, javascript, selector):
    page.goto("/")
    assert prefetched(page, page.locator(selector).first.hover) == set()


def test_a_page_fetched_ahead_of_a_change_of_the_cart_shows_the_new_cart(page, javascript):
    steps.add(page, CUP)
    page.goto("/p/mug/")
    prefetched(page, page.locator(".site-nav a").first.hover)
    page.locator("#buy-add").click()
    expect(page.get_by_role("status")).to_contain_text("Added")
    page.locator(".site-nav a").first.click()
    expect(page).to_have_url(re.compile("/c/"))
    steps.count(page, 2)
