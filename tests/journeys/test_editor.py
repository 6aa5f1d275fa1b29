"""The editor sees money arrive and fills the shelves; the shopper sees it at once."""

import re

from playwright.sync_api import expect

import factories
import kinds
from members.models import User
from orders import flows
from outbox.post import sweep_due

PASSWORD = "seven quiet cups"


def sign_in(page):
    User.objects.create_superuser("editor@example.com", PASSWORD, name="Editor")
    page.goto("/admin/")
    page.locator("#id_username").fill("editor@example.com")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    expect(page.locator("#user-tools")).to_be_visible()


def fill(page, prefix, **words):
    for name, value in words.items():
        page.locator(f"#id_{prefix}{name}").fill(value)


def test_an_editor_marks_a_payment_as_received(page, mailoutbox):
    order = kinds.placed()
    sign_in(page)
    page.goto("/admin/orders/order/")
    page.get_by_role("link", name=order.number, exact=True).click()
    page.get_by_role("link", name="Mark payment received").click()
    expect(page.locator("#content")).to_contain_text("£")
    page.get_by_role("button", name="Payment received").click()
    expect(page.locator("body")).to_contain_text("The order is paid.")
    expect(page.get_by_role("link", name="Mark payment received")).to_have_count(0)
    order.refresh_from_db()
    assert order.state == "paid"
    page.goto(order.get_absolute_url())
    expect(page.get_by_role("main")).to_contain_text("Your payment has arrived.")
    sweep_due()
    (mail,) = [each for each in mailoutbox if "Payment received" in each.subject]
    assert order.number in mail.subject
    assert mail.to == [order.email]


def test_an_editor_adds_a_product_with_glazes_and_pictures_and_it_is_in_the_shop(page):
    """Three forms: the product, the choices of its option, and which of them is which."""
    sign_in(page)
    page.goto("/admin/catalog/product/add/")
    fill(page, "", name_en="Rinsing bowl", name_zh="水盂", text_en="For the rinse.")
    fill(page, "", text_zh="盛洗杯的水。", origin_en="Yingge.", origin_zh="鶯歌。")
    page.locator("#id_category").select_option(label="Cups and bowls")
    page.locator("#id_tax_class").select_option(label="Standard rate")
    fill(page, "options-0-", name_en="Glaze", name_zh="釉色", code="glaze")
    fill(page, "variants-0-", sku="RB-OAT", price="28.50", stock="4", weight="300")
    fill(page, "variants-1-", sku="RB-INK", price="31", stock="", weight="300")
    for number, (words, chinese) in enumerate(
        [("An oat bowl", "燕麥白"), ("A black bowl", "墨黑")]
    ):
        photograph = {"name": f"bowl-{number}.jpg", "mimeType": "image/jpeg"}
        file = photograph | {"buffer": factories.photograph()}
        page.locator(f"#id_pictures-{number}-image").set_input_files(file)
        fill(page, f"pictures-{number}-", alt_en=words, alt_zh=chinese)
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    address = page.url

    page.locator("#options-group").get_by_role("link", name="Change").click()
    fill(page, "values-0-", name_en="Oat", name_zh="燕麥白", code="oat")
    fill(page, "values-1-", name_en="Ink", name_zh="墨黑", code="ink")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")

    page.goto(address)
    for kind in ("variants", "pictures"):
        for number, glaze in enumerate(["Glaze: Oat", "Glaze: Ink"]):
            page.locator(f"#id_{kind}-{number}-values").get_by_label(glaze).check()
    page.get_by_role("button", name="Save", exact=True).click()
    row = page.get_by_role("row", name=re.compile("Rinsing bowl"))
    expect(row).to_contain_text("£28.50 – £31.00")
    expect(row).to_contain_text("4, Made to order")

    row.get_by_role("link", name="View in shop").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rinsing bowl")
    page.get_by_role("link", name="Ink", exact=True).click()
    expect(page.locator(".product-pictures img").first).to_have_attribute("alt", "A black bowl")
    page.goto("/zh-hant/search/?q=水盂&sort=best")
    expect(page.locator(".card")).to_contain_text(["水盂"])


def test_an_editor_sends_one_part_and_gives_the_other_back(page, mailoutbox):
    order = kinds.placed("", "TC-ASH", "MG-INK")
    flows.settle(order.attempts.get().pk)
    cup, mug = order.lines.order_by("pk")
    sign_in(page)
    page.goto(f"/admin/orders/order/{order.pk}/change/")
    page.get_by_role("link", name="Ship").click()
    page.get_by_label(mug.title()).fill("0")
    page.get_by_label("Carrier").select_option("Royal Mail")
    page.get_by_label("Tracking number").fill("RM 1 GB")
    page.get_by_role("button", name="Ship").click()
    expect(page.locator("body")).to_contain_text("The parcel is noted.")
    page.get_by_role("link", name="Refund", exact=True).click()
    page.get_by_label(mug.title(), exact=True).fill("1")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Give back £22.00").click()
    expect(page.locator("body")).to_contain_text("£22.00 is given back.")
    page.goto(order.get_absolute_url())
    main = page.get_by_role("main")
    for words in ("Everything is on its way", "1 sent", "1 refunded", "Follow RM 1 GB", "£22.00"):
        expect(main).to_contain_text(words)
    page.get_by_role("link", name="Invoice 2").click()
    expect(page.locator("#invoice-money")).to_contain_text("-£22.00")
    sweep_due()
    assert [mail.to for mail in mailoutbox] == [[order.email]] * 4
    for words, mail in zip(("order", "Payment", "parcel", "£22.00"), mailoutbox, strict=True):
        assert words in mail.subject
