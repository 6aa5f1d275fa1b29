"""The editor sees money arrive; the shopper reads of it."""

from playwright.sync_api import expect

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
