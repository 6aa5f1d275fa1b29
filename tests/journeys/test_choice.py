"""Choosing an option: a link that htmx makes quicker."""

import re

import pytest
from playwright.sync_api import expect

import steps

with_javascript = pytest.mark.parametrize("javascript", [True], ids=["with-javascript"])


def test_a_choice_has_an_address_and_back_gives_the_earlier_one(page, javascript):
    page.goto("/p/tea-cup/")
    words = page.locator("#product-detail")
    expect(words).to_contain_text("SKU TC-OAT")
    page.locator("#choice-glaze-ash-blue").press("Enter")
    expect(page).to_have_url(re.compile(r"/p/tea-cup/\?v=TC-ASH$"))
    expect(words).to_contain_text("SKU TC-ASH")
    expect(page).to_have_title(re.compile("Hand-thrown tea cup Ash blue"))
    expect(page.locator("#choice-glaze-ash-blue")).to_have_attribute("aria-current", "true")
    expect(page.locator("#choice-glaze-oat")).not_to_have_attribute("aria-current", "true")
    page.go_back()
    expect(words).to_contain_text("SKU TC-OAT")
    expect(page).to_have_url(re.compile(r"/p/tea-cup/$"))
    page.go_forward()
    expect(words).to_contain_text("SKU TC-ASH")


@with_javascript
def test_a_choice_is_a_swap_and_focus_stays_on_it(page):
    page.goto("/p/tea-cup/")
    steps.mark(page)
    page.locator("#choice-glaze-celadon").press("Enter")
    expect(page.locator("#product-detail")).to_contain_text("SKU TC-CEL")
    assert steps.stayed(page)
    assert steps.focused(page) == "choice-glaze-celadon"


@with_javascript
def test_the_language_link_leads_to_the_choice_just_made(page):
    page.goto("/p/candle/")
    page.locator("#choice-size-300").click()
    expect(page).to_have_url(re.compile("v=CA-AMB-300$"))
    page.get_by_role("link", name="中文").click()
    expect(page).to_have_url(re.compile(r"/zh-hant/p/candle/\?v=CA-AMB-300$"))


def test_a_choice_that_is_sold_out_says_so_and_cannot_be_bought(page):
    page.goto("/p/tea-cup/?v=TC-ASH")
    page.locator("#choice-glaze-tenmoku").press("Enter")
    expect(page.locator("#product-detail")).to_contain_text("SKU TC-TEN")
    expect(page.locator("#product-detail")).to_contain_text("sold out")
    expect(page.get_by_role("button", name="Add to cart")).to_have_count(0)


def test_a_thumbnail_shows_its_picture_large(page, javascript):
    page.goto("/p/tea-cup/?v=TC-CEL")
    large = page.locator(".product-pictures > picture img")
    first = large.get_attribute("alt")
    if javascript:
        steps.mark(page)
    steps.press(page, page.locator("#product-picture-2"))
    expect(page).to_have_url(re.compile(r"v=TC-CEL&picture=2$"))
    expect(large).not_to_have_attribute("alt", first)
    expect(page.locator("#product-picture-2")).to_have_attribute("aria-current", "true")
    if javascript:
        assert steps.stayed(page)
        assert steps.focused(page) == "product-picture-2"
