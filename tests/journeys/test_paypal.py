"""To PayPal and back with keys alone, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

import steps
from journeys.test_purchase import DETAILS
from kinds import pk
from orders import flows
from orders.models import Order


@pytest.fixture
def shop(paying_shop):
    return paying_shop


@pytest.fixture
def review(page, demo):
    """The last step of the checkout, with a cup in the cart; gives the prefix of a language."""

    def go(prefix=""):
        page.goto(f"{prefix}/p/tea-cup/?v=TC-CEL")
        page.locator("#buy-add").click()
        steps.count(page, 1)
        page.goto(f"{prefix}/checkout/")
        for field, words in DETAILS.items():
            page.locator(f"#{field}").fill(words)
        page.locator("#id_postal_code").press("Enter")
        page.locator("main form button").click()
        expect(page).to_have_url(re.compile("/checkout/review/$"))

    return go


def button(page, name):
    return page.get_by_role("button", name=name)


def test_paying_with_paypal(page, review, paypal):
    review()
    steps.press(page, button(page, "Pay £28.50 with PayPal"))
    expect(page.get_by_text("This is a simulator of PayPal. No money moves.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Hand-thrown tea cup (Celadon)")
    steps.press(page, button(page, "Approve and pay"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Ada Byron")
    expect(page).to_have_url(re.compile(r"/orders/[A-Z2-9-]+/\?key="))
    expect(page.get_by_role("main")).to_contain_text("Your payment has arrived.")
    order = Order.objects.get()
    assert order.state == "paid"
    sim = paypal.ledger()["captures"]
    assert [c["value"] for c in sim if c["invoice_id"] == order.number] == ["28.50"]
    page.go_back()
    page.goto(page.url)
    assert Order.objects.get().state == "paid"


def test_paying_in_chinese(page, review):
    review("/zh-hant")
    steps.press(page, page.locator("main form button[value=paypal]"))
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    steps.press(page, page.locator("main form button").first)
    expect(page).to_have_url(re.compile(r"/zh-hant/orders/[A-Z2-9-]+/\?key="))
    assert (Order.objects.get().state, Order.objects.get().language) == ("paid", "zh-hant")


def test_a_declined_card_can_be_followed_by_another(page, review):
    review()
    steps.press(page, button(page, "Pay £28.50 with PayPal"))
    steps.press(page, button(page, "Approve, but the card is declined"))
    steps.said(page, "The payment was declined. You were not charged.")
    steps.press(page, button(page, "Pay £28.50 with PayPal"))
    steps.press(page, button(page, "Approve and pay"))
    expect(page.get_by_role("main")).to_contain_text("Your payment has arrived.")


def test_who_leaves_paypal_comes_back_to_the_payment(page, review):
    review()
    steps.press(page, button(page, "Pay £28.50 with PayPal"))
    steps.press(page, button(page, "Cancel and return to the shop"))
    steps.said(page, "You left PayPal without paying. Nothing was charged.")
    assert Order.objects.get().lines.get().held == 1
    steps.press(page, button(page, "Pay by bank transfer"))
    expect(page.get_by_role("heading", name="Pay by bank transfer")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("GB33")
    expect(button(page, "Pay £28.50 with PayPal")).to_be_visible()


def test_a_pending_payment_is_told_and_arrives_later(page, review, paypal, at_paypal):
    review()
    steps.press(page, button(page, "Pay £28.50 with PayPal"))
    steps.press(page, button(page, "Approve, and the payment waits"))
    expect(page.get_by_role("main")).to_contain_text("Your payment is being checked.")
    expect(button(page, "Pay")).to_have_count(0)
    order = Order.objects.get()
    [capture] = [c for c in paypal.ledger()["captures"] if c["invoice_id"] == order.number]
    paypal.settle(capture["id"])
    flows.settle(order.attempts.get().pk)
    steps.press(page, page.get_by_role("link", name="Look again"))
    expect(page.get_by_role("main")).to_contain_text("Your payment has arrived.")


def test_an_order_goes_back_into_the_cart_to_be_changed(page, review):
    review()
    steps.press(page, button(page, "Pay £28.50 with PayPal"))
    steps.press(page, button(page, "Cancel and return to the shop"))
    steps.press(page, page.get_by_role("link", name="Change the order"))
    steps.press(page, button(page, "Change the order"))
    steps.said(page, "is cancelled and its goods are in your cart again.")
    steps.count(page, 1)
    expect(page.locator(f"#cart-quantity-{pk('TC-CEL')}")).to_have_value("1")
    assert Order.objects.get().state == "cancelled"


def test_an_order_is_cancelled(page, review):
    review()
    steps.press(page, button(page, "Place order"))
    steps.press(page, page.get_by_role("link", name="Cancel the order"))
    steps.press(page, button(page, "Cancel the order"))
    expect(page.get_by_role("heading", level=1)).to_have_text("This order is cancelled")
    expect(button(page, "Pay")).to_have_count(0)
