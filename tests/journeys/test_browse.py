"""Finding something: filters, pages and the search, by keyboard, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

import steps

with_javascript = pytest.mark.parametrize("javascript", [True], ids=["with-javascript"])


def cards(page):
    return page.locator("#listing-results .card")


def test_a_shopper_filters_and_takes_the_filter_away(page, javascript):
    page.goto("/c/tea/")
    everything = cards(page).count()
    if javascript:
        steps.mark(page)
    steps.press(page, page.locator("#listing-filter"))
    box = page.locator("#filter-glaze-celadon")
    steps.tab_to(page, box)
    page.keyboard.press("Space")
    steps.press(page, page.locator("#listing-apply"))
    expect(page).to_have_url(re.compile(r"/c/tea/\?.*glaze=celadon"))
    chip = page.locator("#listing-chip-glaze-celadon")
    expect(chip).to_be_visible()
    assert 0 < cards(page).count() < everything
    expect(box).to_be_checked()
    steps.said(page, f"{cards(page).count()} products")
    if javascript:
        assert steps.stayed(page)
        assert steps.focused(page) == "listing-apply"
    steps.press(page, chip)
    expect(cards(page)).to_have_count(everything)
    expect(box).not_to_be_checked()
    expect(page).not_to_have_url(re.compile("celadon"))
    if javascript:
        assert steps.stayed(page)
        assert steps.focused(page) == "H1"
    page.go_back()
    expect(chip).to_be_visible()


def test_a_refused_price_is_told_where_it_was_typed(page, javascript):
    page.goto("/c/tea/")
    steps.press(page, page.locator("#listing-filter"))
    steps.write(page, page.locator("#filter-min"), "a lot")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator("#filter-min")).to_have_value("a lot")
    expect(page.locator("#filter-min")).to_have_attribute("aria-invalid", "true")
    steps.press(page, page.get_by_role("alert").get_by_role("link"))
    expect(page.locator("#filter-min")).to_be_focused()


def test_load_more_goes_on_with_the_first_new_product(page, javascript):
    page.goto("/search/")
    first = cards(page).count()
    if javascript:
        steps.mark(page)
    steps.press(page, page.locator("#listing-more"))
    expect(page).to_have_url(re.compile(r"page=1-2"))
    expect(cards(page)).to_have_count(2 * first)
    expect(cards(page).nth(first).get_by_role("link")).to_be_focused()
    if javascript:
        assert steps.stayed(page)
        swapped = steps.outline(page)
        page.reload()
        assert steps.outline(page) == swapped


def test_a_search_is_sent_with_enter(page, javascript):
    page.goto("/")
    steps.write(page, page.get_by_role("searchbox"), "tea cup")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=tea(\+|%20)cup$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Search: tea cup")
    expect(cards(page).first).to_contain_text("Hand-thrown tea cup")


@with_javascript
def test_suggestions_come_while_typing_and_lead_to_the_product(page):
    page.goto("/zh-hant/")
    steps.mark(page)
    steps.write(page, page.get_by_role("searchbox"), "茶杯")
    first = page.locator("#search-suggestions a").first
    expect(first).to_contain_text("手拉坯茶杯")
    assert steps.stayed(page)
    assert steps.focused(page) == "search-words"
    expect(page).to_have_url(re.compile("/zh-hant/$"))
    page.keyboard.press("Escape")
    expect(first).not_to_be_visible()
    page.keyboard.type("茶杯")
    expect(first).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_value("茶杯")
    steps.press(page, first)
    expect(page).to_have_url(re.compile("/zh-hant/p/tea-cup/$"))


@with_javascript
def test_slow_suggestions_never_overwrite_later_ones(page):
    page.goto("/")

    def late(route):
        page.wait_for_timeout(1500)
        route.continue_()

    page.route(re.compile(r"q=mug$"), late)
    words = page.get_by_role("searchbox")
    words.press_sequentially("mug")
    page.wait_for_timeout(400)
    words.fill("gaiwan")
    expect(page.locator("#search-suggestions a").first).to_contain_text("gaiwan")
    page.wait_for_timeout(1800)
    expect(page.locator("#search-suggestions a").first).to_contain_text("gaiwan")
