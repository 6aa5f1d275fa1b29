"""The editor sees money arrive; the shopper reads of it."""

from playwright.sync_api import expect

import kinds
from members.models import User
from outbox.post import sweep_due

PASSWORD = "seven quiet cups"


def test_an_editor_marks_a_payment_as_received(page, mailoutbox):
    User.objects.create_superuser("editor@example.com", PASSWORD, name="Editor")
    order = kinds.placed()
    page.goto("/admin/")
    page.locator("#id_username").fill("editor@example.com")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
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
