"""From the first page to "Thank you", with keys alone, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

import steps
from kinds import pk
from orders.models import Order

DETAILS = {
    "id_email": "ada@example.com",
    "id_name": "Ada Byron",
    "id_street_address": "12 St James's Square",
    "id_city": "London",
    "id_postal_code": "SW1Y 4JH",
}


def test_a_whole_purchase_by_keys_alone(page, javascript):
    button = lambda name: page.get_by_role("button", name=name, exact=True)  # noqa: E731
    main = page.get_by_role("main")
    page.goto("/")
    steps.press(page, page.get_by_role("navigation").get_by_role("link", name="Tea", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Tea")
    steps.press(page, main.get_by_role("link", name="Hand-thrown tea cup"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Hand-thrown tea cup")
    steps.press(page, main.get_by_role("link", name="Celadon"))
    expect(page).to_have_url(re.compile(r"/p/tea-cup/\?v=TC-CEL$"))
    expect(main).to_contain_text("Last 3")
    steps.write(page, page.get_by_label("Quantity"), "2")
    steps.press(page, button("Add to cart"))
    steps.said(page, "Added Hand-thrown tea cup (Celadon). Cart has 2 items, total £48.00.")
    steps.count(page, 2)
    if javascript:
        expect(page).to_have_url(re.compile(r"/p/tea-cup/\?v=TC-CEL$"))
        page.goto(page.url)  # from the top, where a reader of the page may well be
        steps.press(page, page.get_by_role("link", name=re.compile("^Cart")))
    expect(page).to_have_url(re.compile(r"/cart/$"))
    steps.write(page, main.get_by_label(re.compile("^Quantity")), "3")
    steps.press(page, main.get_by_role("button", name=re.compile("^Update")))
    steps.said(page, "Cart has 3 items, total £72.00.")
    steps.press(page, page.get_by_role("link", name="Check out"))
    expect(page.get_by_text("Step 1 of 3")).to_be_visible()
    for field, words in DETAILS.items():
        steps.write(page, page.locator(f"#{field}"), words)
    steps.press(page, main.get_by_role("button", name="Continue"))
    expect(page.get_by_text("Step 2 of 3")).to_be_visible()
    steps.press(page, button("Continue"))
    expect(page.get_by_text("Step 3 of 3")).to_be_visible()
    expect(main).to_contain_text("£72.00")
    steps.press(page, button("Place order"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Ada Byron")
    expect(page).to_have_url(re.compile(r"/orders/[A-Z2-9-]+/\?key="))
    order = Order.objects.get()
    assert (order.goods, order.state, order.language) == (7200, "awaiting", "en")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Ada Byron")


def test_a_whole_purchase_in_chinese(page, javascript):
    at = page.locator
    cup = pk("TC-CEL")
    page.goto("/zh-hant/")
    steps.press(page, at("nav a[href='/zh-hant/c/tea/']"))
    steps.press(page, at("main h3 a[href='/zh-hant/p/tea-cup/']"))
    steps.press(page, at("#choice-glaze-celadon"))
    expect(page).to_have_url(re.compile(r"/zh-hant/p/tea-cup/\?v=TC-CEL$"))
    expect(at("#choice-glaze-celadon")).to_have_attribute("aria-current", "true")
    steps.write(page, at("#buy-quantity"), "2")
    steps.press(page, at("#buy-add"))
    steps.count(page, 2)
    steps.said(page, "£48.00")
    if javascript:
        page.goto(page.url)
        steps.press(page, at("#cart-badge"))
    expect(page).to_have_url(re.compile(r"/zh-hant/cart/$"))
    steps.write(page, at(f"#cart-quantity-{cup}"), "3")
    steps.press(page, at(f"#cart-update-{cup}"))
    steps.count(page, 3)
    steps.press(page, at("main a[href='/zh-hant/checkout/']"))
    for field, words in DETAILS.items():
        steps.write(page, at(f"#{field}"), words)
    page.locator("main form button:not([name])").last.press("Enter")
    expect(page).to_have_url(re.compile(r"/zh-hant/checkout/delivery/$"))
    steps.press(page, at("main form button"))
    expect(page).to_have_url(re.compile(r"/zh-hant/checkout/review/$"))
    steps.press(page, at("main form button[value=offline]"))
    expect(page).to_have_url(re.compile(r"/zh-hant/orders/[A-Z2-9-]+/\?key="))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Byron")
    assert page.locator("html").get_attribute("lang") == "zh-hant"
    assert Order.objects.get().language == "zh-hant"


@pytest.mark.parametrize("address", ["/", "/c/tea/", "/p/tea-cup/", "/cart/"])
def test_the_first_tab_is_the_way_to_the_content(page, address):
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert steps.focused(page) == "main"


def test_enter_in_a_field_of_the_details_continues(page):
    steps.add(page, "/p/mug/")
    page.goto("/checkout/")
    for field, words in DETAILS.items():
        page.locator(f"#{field}").fill(words)
    page.locator("#id_postal_code").press("Enter")
    expect(page.get_by_text("Step 2 of 3")).to_be_visible()


def test_another_country_asks_for_its_own_fields_and_keeps_what_was_typed(page):
    steps.add(page, "/p/mug/")
    page.goto("/checkout/")
    page.locator("#id_email").fill("ada@example.com")
    page.locator("#id_country_code").select_option("TW")
    page.get_by_role("button", name="Show the fields for this country").click()
    expect(page.locator("#id_country_area")).to_be_visible()
    expect(page.locator("#id_email")).to_have_value("ada@example.com")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_details_that_lack_something_are_refused_in_words_and_kept(page):
    steps.add(page, "/p/mug/")
    page.goto("/checkout/")
    page.locator("#id_email").fill("ada")
    page.locator("#id_city").fill("London")
    page.locator("#id_city").press("Enter")
    steps.is_refused(page)
    expect(page.locator("#id_email")).to_have_value("ada")
    expect(page.locator("#id_city")).to_have_value("London")
    link = page.get_by_role("alert").get_by_role("link").first
    link.press("Enter")
    expect(page.locator("#id_email")).to_be_focused()
