"""The order's page on paper."""

import re

from playwright.sync_api import expect

import kinds
from orders import flows


def test_the_printed_order_page_is_an_invoice_on_one_sheet(page, to):
    order = kinds.placed(to)
    flows.settle(order.attempts.get().pk)
    page.goto(f"{to}/orders/{order.number}/?key={order.secret}")
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))
    page.emulate_media(media="print")
    text = page.locator("body").inner_text()
    assert len(sheets) == 1
    title = "發票" if to else "Invoice"
    for words in (
        f"{title} {order.invoice}",
        order.number,
        "£24.00",
        "£28.50",
        "20%",
        "£4.75",
        "Ada Byron",
    ):
        assert words in text
    assert "shop@inkandleaf.example" in text
    for what in page.locator("nav, input, button, .cart-badge, .skip-link, .screen-only").all():
        expect(what).to_be_hidden()
