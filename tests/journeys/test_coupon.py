"""A coupon code in a real browser, with JavaScript and without."""

import re

import pytest
from playwright.sync_api import expect

import steps

with_javascript = pytest.mark.parametrize("javascript", [True], ids=["with-javascript"])
CUP = "/p/tea-cup/?v=TC-ASH"


def apply(page, code):
    page.locator("#cart-coupon-code").fill(code)
    page.locator("#cart-coupon-code").press("Enter")


def test_a_code_is_used_refused_and_removed(page, javascript):
    steps.add(page, CUP)
    page.goto("/cart/")
    apply(page, "nothing")
    steps.is_refused(page)
    expect(page.locator("#cart-coupon-code")).to_have_value("nothing")
    apply(page, "welcome10")
    steps.said(page, "Code WELCOME10 is used: Welcome, 10% off. Cart has 1 item, total £21.60.")
    steps.is_fine_again(page)
    expect(page.locator("#cart-codes")).to_contain_text("−£2.40")
    expect(page.locator("#cart-coupon-code")).to_have_value("")
    steps.count(page, 1)
    page.get_by_role("button", name="Remove code WELCOME10").click()
    steps.said(page, "Code WELCOME10 is removed. Cart has 1 item, total £24.00.")
    expect(page.locator("#cart-codes")).to_be_hidden()


def test_a_link_with_a_code_asks_and_its_button_leads_to_the_cart(page, javascript):
    steps.add(page, CUP)
    page.goto("/cart/coupon/?code=WELCOME10")
    expect(page.locator("#cart-coupon-code")).to_have_value("WELCOME10")
    page.get_by_role("button", name="Use this code").click()
    expect(page).to_have_url(re.compile(r"/cart/$"))
    expect(page.locator("#cart-lines")).to_contain_text("£21.60")


@with_javascript
def test_focus_and_place_stay_and_the_browser_holds_what_a_reload_shows(page):
    steps.add(page, CUP)
    page.goto("/cart/")
    steps.mark(page)
    for code in ("welcome10", "post"):
        apply(page, code)
        steps.said(page, f"Code {code.upper()} is used")
        assert steps.focused(page) == "cart-coupon-code"
    swapped = steps.outline(page)
    assert steps.stayed(page)
    page.locator("#cart-code-1").press("Enter")
    steps.said(page, "Code WELCOME10 is removed.")
    assert steps.focused(page) == "cart-code-1"  # of the next code
    page.keyboard.press("Enter")
    steps.said(page, "Code POST is removed.")
    assert steps.focused(page) == "cart-heading"
    assert steps.stayed(page)
    apply(page, "welcome10")
    steps.said(page, "Code WELCOME10 is used")
    apply(page, "post")
    steps.said(page, "Code POST is used")
    page.reload()
    assert steps.outline(page) == swapped
