"""The cart in a real browser: swaps that stay, focus that is never lost, errors that explain."""

import re

import pytest
from playwright.sync_api import expect

import steps
from kinds import pk

with_javascript = pytest.mark.parametrize("javascript", [True], ids=["with-javascript"])
without_javascript = pytest.mark.parametrize("javascript", [False], ids=["without-javascript"])
CUP = "/p/tea-cup/?v=TC-ASH"


@with_javascript
def test_adding_stays_on_the_page_and_updates_badge_popover_and_status(page):
    page.goto(CUP)
    steps.mark(page)
    page.locator("#buy-quantity").fill("2")
    page.get_by_role("button", name="Add to cart").click()
    steps.said(page, "Added Hand-thrown tea cup (Ash blue). Cart has 2 items, total £48.00.")
    steps.count(page, 2)
    expect(page.locator("#cart-mini")).to_contain_text("2 × Hand-thrown tea cup (Ash blue)")
    expect(page.locator("#buy-quantity")).to_have_value("1")
    assert page.url.endswith(CUP) and steps.stayed(page)
    assert steps.focused(page) == "buy-add"


@without_javascript
def test_without_javascript_the_shopper_lands_on_the_cart_and_reads_the_same_words(page):
    page.goto(CUP)
    page.locator("#buy-quantity").fill("2")
    page.get_by_role("button", name="Add to cart").click()
    expect(page).to_have_url(re.compile(r"/cart/$"))
    steps.said(page, "Added Hand-thrown tea cup (Ash blue). Cart has 2 items, total £48.00.")
    steps.count(page, 2)


@with_javascript
def test_changing_a_quantity_stays_on_the_page(page):
    steps.add(page, CUP)
    page.goto("/cart/")
    steps.mark(page)
    field = page.locator(f"#cart-quantity-{pk('TC-ASH')}")
    field.fill("4")
    field.press("Enter")
    steps.said(page, "Cart has 4 items, total £96.00.")
    steps.count(page, 4)
    expect(page.locator("#cart-mini")).to_contain_text("4 × Hand-thrown tea cup")
    assert page.url.endswith("/cart/") and steps.stayed(page)
    assert steps.focused(page) == f"cart-quantity-{pk('TC-ASH')}"


@without_javascript
def test_changing_a_quantity_shows_the_cart_again(page):
    steps.add(page, CUP)
    field = page.locator(f"#cart-quantity-{pk('TC-ASH')}")
    field.fill("4")
    field.press("Enter")
    steps.said(page, "Cart has 4 items, total £96.00.")
    expect(page.locator("#cart-lines")).to_contain_text("£96.00")


@with_javascript
def test_removing_a_line_moves_focus_to_the_next_and_at_last_to_the_heading(page):
    skus = ["TC-ASH", "MG-INK", "BW-OAT"]
    for sku, slug in zip(skus, ["tea-cup", "mug", "bowl"], strict=True):
        steps.add(page, f"/p/{slug}/?v={sku}")
    page.goto("/cart/")
    steps.mark(page)
    page.locator(f"#cart-remove-{pk('TC-ASH')}").press("Enter")
    expect(page.locator(f"#cart-line-{pk('TC-ASH')}")).to_have_count(0)
    steps.said(page, "Removed Hand-thrown tea cup (Ash blue). Cart has 2 items")
    assert steps.focused(page) == f"cart-remove-{pk('MG-INK')}"
    page.keyboard.press("Enter")
    expect(page.locator(f"#cart-line-{pk('MG-INK')}")).to_have_count(0)
    assert steps.focused(page) == f"cart-remove-{pk('BW-OAT')}"
    page.keyboard.press("Enter")
    expect(page.locator("#cart-lines")).to_contain_text("Your cart is empty.")
    assert steps.focused(page) == "cart-heading"
    assert steps.stayed(page)


@with_javascript
def test_the_button_beside_a_quantity_keeps_the_focus(page):
    steps.add(page, CUP)
    page.goto("/cart/")
    steps.mark(page)
    steps.write(page, page.locator(f"#cart-quantity-{pk('TC-ASH')}"), "2")
    steps.press(page, page.locator(f"#cart-update-{pk('TC-ASH')}"))
    steps.count(page, 2)
    assert steps.stayed(page)
    assert steps.focused(page) == f"cart-update-{pk('TC-ASH')}"


@without_javascript
def test_without_javascript_a_line_is_removed_by_keys(page):
    for address in (CUP, "/p/mug/?v=MG-INK"):
        steps.add(page, address)
    steps.press(page, page.locator(f"#cart-remove-{pk('TC-ASH')}"))
    steps.said(page, "Removed Hand-thrown tea cup (Ash blue). Cart has 1 item, total £22.00.")
    expect(page.locator(f"#cart-line-{pk('TC-ASH')}")).to_have_count(0)


def test_clearing_what_was_viewed_moves_the_focus_to_the_heading(page, javascript):
    for slug in ("mug", "bowl", "tea-cup"):
        page.goto(f"/p/{slug}/")
    page.goto("/cart/")
    steps.mark(page)
    steps.press(page, page.locator("#viewed-clear"))
    expect(page.locator("#viewed-most")).not_to_contain_text("Most viewed")
    steps.said(page, "The list of what you looked at is empty.")
    if javascript:
        assert steps.stayed(page)
        assert steps.focused(page) == "cart-heading"


@pytest.mark.parametrize("typed", ["0", "abc", "999", ""])
def test_a_quantity_that_cannot_be_is_explained_and_kept_until_it_is_mended(page, typed):
    page.goto(CUP)
    page.locator("#buy-quantity").fill(typed)
    page.locator("#buy-quantity").press("Enter")
    steps.is_refused(page)
    field = page.locator("#buy-quantity")
    expect(field).to_have_value(typed)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#cart-badge .count")).to_have_count(0)
    words = page.get_by_role("alert").get_by_role("link").inner_text()
    expect(page.locator("#buy-quantity_error")).to_contain_text(words)
    page.get_by_role("alert").get_by_role("link").press("Enter")
    expect(field).to_be_focused()
    field.fill("1")
    field.press("Enter")
    steps.said(page, "Added Hand-thrown tea cup (Ash blue). Cart has 1 item, total £24.00.")
    steps.is_fine_again(page)
    steps.count(page, 1)


@pytest.mark.parametrize("typed", ["0", "x", "13"])
def test_a_line_that_cannot_be_is_explained_and_mended_on_the_cart(page, typed):
    steps.add(page, CUP)
    page.goto("/cart/")
    field = page.locator(f"#cart-quantity-{pk('TC-ASH')}")
    field.fill(typed)
    field.press("Enter")
    steps.is_refused(page)
    expect(field).to_have_value(typed)
    steps.count(page, 1)
    field.fill("2")
    field.press("Enter")
    steps.said(page, "Cart has 2 items")
    steps.is_fine_again(page)


def test_the_cart_at_a_glance_opens_by_keys(page):
    steps.add(page, CUP, 2)
    page.goto("/")
    glance = page.locator("#cart-mini")
    expect(glance).to_be_hidden()
    steps.press(page, page.get_by_role("button", name="The cart at a glance"))
    expect(glance).to_be_visible()
    expect(glance).to_contain_text("2 × Hand-thrown tea cup (Ash blue)")
    expect(glance).to_contain_text("£48.00")
    page.keyboard.press("Escape")
    expect(glance).to_be_hidden()
    steps.press(page, page.locator(".mini-button"))
    steps.press(page, glance.get_by_role("link", name="View the cart"))
    expect(page).to_have_url(re.compile(r"/cart/$"))


@with_javascript
def test_the_page_after_swaps_is_the_page_after_a_reload(page):
    def same_after_reload():
        swapped = steps.outline(page)
        page.reload()
        assert swapped == steps.outline(page)

    page.goto("/p/candle/")
    page.locator("#choice-size-300").click()
    expect(page).to_have_url(re.compile("v=CA-AMB-300$"))
    same_after_reload()
    page.locator("#buy-add").click()
    steps.count(page, 1)
    same_after_reload()
    steps.add(page, CUP)
    page.goto("/cart/")
    page.locator(f"#cart-quantity-{pk('TC-ASH')}").fill("3")
    page.locator(f"#cart-update-{pk('TC-ASH')}").click()
    steps.count(page, 4)
    same_after_reload()
    page.locator(f"#cart-remove-{pk('TC-ASH')}").click()
    steps.count(page, 1)
    same_after_reload()
    page.locator(f"#cart-remove-{pk('CA-AMB-300')}").click()
    expect(page.locator("#cart-lines")).to_contain_text("Your cart is empty.")
    same_after_reload()
