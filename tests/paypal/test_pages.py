"""The approval page and the ledger's page, as a person without JavaScript uses them."""

from urllib.parse import parse_qs, urlsplit

import lxml.html
import pytest

from judges import axe
from paypal_client import order


def asked(locale="en-US", **unit):
    body = order(**unit)
    body["payment_source"]["paypal"]["experience_context"]["locale"] = locale
    return body


def usd(value):
    return {"currency_code": "USD", "value": value}


CUPS = {
    "items": [{"name": "Cup <b>celadon</b>", "quantity": "2", "unit_amount": usd("24.00")}],
    "amount": usd("1050.00")
    | {
        "breakdown": {
            "item_total": usd("48.00"),
            "shipping": usd("1005.00"),
            "discount": usd("3.00"),
        }
    },
}


def page_of(paypal, body):
    order_id = paypal.create(body).json()["id"]
    return order_id, lxml.html.fromstring(paypal.page(f"/checkoutnow?token={order_id}").content)


def test_the_page_says_what_it_is_what_is_bought_and_what_it_costs(paypal):
    _, page = page_of(paypal, asked(**CUPS))
    words = " ".join(page.text_content().split())
    assert "This is a simulator of PayPal. No money moves." in words
    assert page.find(".//h1").text == "Pay Ink & Leaf"
    assert page.get("lang") == "en"
    for told in ("Cup <b>celadon</b>", "USD 24.00", "Shipping", "−USD 3.00", "USD 1,050.00"):
        assert told in words
    assert page.findall(".//script") == []


def test_the_page_speaks_the_orders_language(paypal):
    _, page = page_of(paypal, asked("zh-TW", **CUPS))
    assert page.get("lang") == "zh-Hant"
    assert page.find(".//title").text == "付款給 Ink & Leaf"
    assert "這是 PayPal 的模擬環境，不會有任何款項往來。" in page.text_content()
    assert "同意並付款" in page.text_content()


def test_each_choice_is_a_button_of_a_form(paypal):
    order_id, page = page_of(paypal, asked())
    buttons = page.findall(".//form/button")
    assert [button.get("value") for button in buttons] == [
        "approve",
        "decline",
        "pending",
        "cancel",
    ]
    for form in page.findall(".//form"):
        assert form.get("method") == "post"
        assert form.get("action") == f"/checkoutnow?token={order_id}"


def test_approval_leads_back_to_the_shop_with_token_and_payer(paypal):
    order_id, _ = page_of(paypal, asked())
    back = urlsplit(paypal.choose(order_id))
    assert back.path == "/checkout/return/"
    query = parse_qs(back.query)
    assert (query["order"], query["token"]) == (["7"], [order_id])
    assert query["PayerID"]
    assert paypal.show(order_id).json()["status"] == "APPROVED"


def test_cancelling_leads_back_too_and_changes_nothing(paypal):
    order_id, _ = page_of(paypal, asked())
    back = urlsplit(paypal.choose(order_id, "cancel"))
    assert back.path == "/checkout/cancel/"
    assert parse_qs(back.query) == {"order": ["7"], "token": [order_id]}
    assert paypal.show(order_id).json()["status"] == "PAYER_ACTION_REQUIRED"


@pytest.mark.parametrize("plan", ["decline", "pending"])
def test_a_choice_shows_at_the_capture(paypal, plan):
    order_id, _ = page_of(paypal, asked())
    assert "/checkout/return/" in paypal.choose(order_id, plan)
    answer = paypal.capture(order_id)
    assert answer.status_code == (422 if plan == "decline" else 201)


def test_pressing_twice_approves_once(paypal):
    order_id, _ = page_of(paypal, asked())
    assert paypal.choose(order_id) == paypal.choose(order_id)
    told = [one for one in paypal.ledger()["webhooks"] if one["resource_id"] == order_id]
    assert [one["event_type"] for one in told] == ["CHECKOUT.ORDER.APPROVED"]


def test_a_paid_order_is_only_told_of(paypal):
    order_id, _ = page_of(paypal, asked())
    paypal.choose(order_id)
    paypal.capture(order_id)
    page = lxml.html.fromstring(paypal.page(f"/checkoutnow?token={order_id}").content)
    assert "This order is paid." in page.text_content()
    assert page.findall(".//form") == []
    assert paypal.choose(order_id).startswith("/checkoutnow?")


def test_an_unknown_order_and_an_unknown_choice_are_answered_plainly(paypal):
    answer = paypal.page("/checkoutnow?token=nothing")
    assert answer.status_code == 404
    assert "no such order" in answer.text
    order_id, _ = page_of(paypal, asked())
    assert paypal.choose(order_id, "steal") == f"/checkoutnow?token={order_id}"


def test_the_style_is_a_file_and_nothing_is_inline(paypal):
    answer = paypal.page(f"/checkoutnow?token={paypal.create().json()['id']}")
    assert (
        "default-src 'none'; img-src data:; style-src 'self'"
        in answer.headers["Content-Security-Policy"]
    )
    assert "style=" not in answer.text
    assert paypal.page("/style.css").headers["Content-Type"] == "text/css"


def test_a_pending_capture_is_settled_by_a_button(paypal):
    order_id = paypal.create(asked(invoice_id="<i>7</i>")).json()["id"]
    paypal.choose(order_id, "pending")
    capture = paypal.capture(order_id).json()["purchase_units"][0]["payments"]["captures"][0]
    page = lxml.html.fromstring(paypal.page("/").content)
    form = page.find(f".//form[@action='/_sim/captures/{capture['id']}']")
    assert form.find("button").get("value") == "complete"
    answer = paypal._send("POST", form.get("action"), data={"to": "complete"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert paypal.show_capture(capture["id"]).json()["status"] == "COMPLETED"
    assert "<i>7</i>" in page.text_content()


def pages(paypal):
    """All kinds of page, by name."""
    order_id = paypal.create(asked(**CUPS)).json()["id"]
    chinese = paypal.create(asked("zh-TW", **CUPS)).json()["id"]
    paid = paypal.create(asked()).json()["id"]
    paypal.choose(paid, "pending")
    paypal.capture(paid)
    paypal.choose(chinese)
    return {
        "approval": f"/checkoutnow?token={order_id}",
        "approval, in Chinese": f"/checkoutnow?token={chinese}",
        "paid": f"/checkoutnow?token={paid}",
        "gone": "/checkoutnow?token=nothing",
        "ledger": "/",
    }


def test_the_pages_are_good_html(paypal, nu):
    assert nu({name: paypal.page(url).text for name, url in pages(paypal).items()}) == []


def test_the_pages_are_accessible(paypal, browser):
    page = browser.new_page()
    for name, url in pages(paypal).items():
        page.goto(paypal.url + url)
        assert page.locator("script").count() == 0
        assert axe(page, name) == []
    page.close()
