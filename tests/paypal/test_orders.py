"""Orders v2 and its tokens, spoken to as a shop does."""

import uuid

import httpx
import pytest

import services
from paypal_client import PayPal, order
from races import at_once

CUP = {"name": "Tea cup, celadon", "sku": "CUP-CE", "quantity": "2"}


def usd(value):
    return {"currency_code": "USD", "value": value}


def full_order(**changes):
    """Two cups at 24.00, tax 2.00 each, shipping 5.00, handling 1.00, insurance 0.50; 6.00 off."""
    breakdown = {
        "item_total": usd("48.00"),
        "tax_total": usd("4.00"),
        "shipping": usd("5.00"),
        "handling": usd("1.00"),
        "insurance": usd("0.50"),
        "shipping_discount": usd("2.00"),
        "discount": usd("4.00"),
    }
    amount = usd("52.50") | {"breakdown": breakdown | changes.pop("breakdown", {})}
    items = changes.pop("items", [CUP | {"unit_amount": usd("24.00"), "tax": usd("2.00")}])
    return order(items=items, amount=amount, **changes)


def issues(answer):
    return [told["issue"] for told in answer.json()["details"]]


# Tokens


def test_without_a_token_nothing_is_answered(paypal):
    answer = httpx.get(f"{paypal.url}/v2/checkout/orders/1")
    assert answer.status_code == 401
    assert answer.json()["name"] == "AUTHENTICATION_FAILURE"
    assert answer.json()["debug_id"]


def test_a_token_says_how_long_it_lasts_and_then_ends(paypal):
    token = paypal.token().json()
    assert token["token_type"] == "Bearer"
    assert paypal.show("1").status_code == 404
    paypal.shift_clock(token["expires_in"] + 1)
    assert paypal.show("1").status_code == 401
    assert paypal.show("1").json()["error"] == "invalid_token"


def test_a_wrong_secret_gets_no_token(tmp_path):
    with services.paypal(tmp_path, "--client-id", "shop", "--secret", "right") as paypal:
        assert paypal.token().status_code == 401
        assert paypal.token().json()["error"] == "invalid_client"
        right = PayPal(paypal.url, credentials=("shop", "right"))
        assert right.token().status_code == 200
        assert right.token(grant_type="password").status_code == 400


# Create


def test_an_order_waits_for_the_payer_at_the_approval_page(paypal):
    answer = paypal.create(full_order(invoice_id="A-1", custom_id="attempt-1"))
    assert answer.status_code == 201
    made = answer.json()
    assert set(made) == {"id", "status", "payment_source", "links"}  # minimal
    assert made["status"] == "PAYER_ACTION_REQUIRED"
    links = {link["rel"]: link["href"] for link in made["links"]}
    assert links["payer-action"] == f"{paypal.url}/checkoutnow?token={made['id']}"
    assert links["self"] == f"{paypal.url}/v2/checkout/orders/{made['id']}"


def test_an_order_can_be_read_whole(paypal):
    asked = full_order(invoice_id="A-2", custom_id="attempt-2", description="x" * 200)
    made = paypal.create(asked, prefer="representation").json()
    assert paypal.show(made["id"]).json() == made
    unit, given = made["purchase_units"][0], asked["purchase_units"][0]
    assert unit["amount"] == given["amount"]
    assert unit["items"] == given["items"]
    assert (unit["invoice_id"], unit["custom_id"]) == ("A-2", "attempt-2")
    assert unit["payee"] == {
        "merchant_id": "SIMULATEDSHOP",
        "email_address": "shop@paypal.example",
    }
    assert unit["description"] == "x" * 127
    assert unit["reference_id"] == "default"


def test_without_a_payment_source_the_payer_is_sent_by_the_approve_link(paypal):
    asked = order()
    context = asked.pop("payment_source")["paypal"]["experience_context"]
    made = paypal.create(asked | {"application_context": context}).json()
    assert made["status"] == "CREATED"
    links = {link["rel"]: link["href"] for link in made["links"]}
    assert links["approve"].endswith(made["id"])
    assert paypal.choose(made["id"]).startswith(context["return_url"])


def test_an_unknown_order_is_not_found(paypal):
    answer = paypal.show("5O190127TN364715T")
    assert answer.status_code == 404
    assert answer.json()["name"] == "RESOURCE_NOT_FOUND"
    assert issues(answer) == ["INVALID_RESOURCE_ID"]
    assert paypal.capture("5O190127TN364715T").status_code == 404


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"breakdown": {"shipping": usd("6.00")}}, ["AMOUNT_MISMATCH"]),
        ({"breakdown": {"item_total": usd("47.00")}}, ["ITEM_TOTAL_MISMATCH", "AMOUNT_MISMATCH"]),
        ({"breakdown": {"tax_total": usd("2.00")}}, ["TAX_TOTAL_MISMATCH", "AMOUNT_MISMATCH"]),
        ({"breakdown": {"discount": usd("-4.00")}}, ["CANNOT_BE_NEGATIVE"]),
        ({"breakdown": {"shipping": usd("5.001")}}, ["DECIMAL_PRECISION"]),
        (
            {"breakdown": {"shipping": {"currency_code": "EUR", "value": "5.00"}}},
            ["MULTI_CURRENCY_ORDER"],
        ),
    ],
)
def test_sums_that_do_not_add_up_are_refused(paypal, changes, expected):
    answer = paypal.create(full_order(**changes))
    assert answer.status_code == 422
    assert answer.json()["name"] == "UNPROCESSABLE_ENTITY"
    assert issues(answer) == expected
    for told in answer.json()["details"]:
        assert told["field"].startswith("/purchase_units")
        assert told["description"]


def test_items_need_their_totals(paypal):
    items = [CUP | {"unit_amount": usd("12.00"), "tax": usd("0.00")}]
    answer = paypal.create(order(items=items))
    assert issues(answer) == ["ITEM_TOTAL_REQUIRED", "TAX_TOTAL_REQUIRED"]


@pytest.mark.parametrize(
    ("value", "currency", "issue"),
    [
        ("0.00", "USD", "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ("-1.00", "USD", "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ("1.234", "USD", "DECIMAL_PRECISION"),
        ("100.50", "JPY", "DECIMALS_NOT_SUPPORTED"),
        ("100.0", "TWD", "DECIMALS_NOT_SUPPORTED"),
        ("100.5", "HUF", "DECIMALS_NOT_SUPPORTED"),
        ("1.00", "XXX", "INVALID_CURRENCY_CODE"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(paypal, value, currency, issue):
    answer = paypal.create(order(value, currency))
    assert answer.status_code == 422
    assert issues(answer) == [issue]


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [("1200", "TWD", 1200), ("1200", "JPY", 1200), ("1.234", "KWD", 1234), ("7", "USD", 700)],
)
def test_each_currency_has_its_decimals(paypal, value, currency, minor):
    order_id = paypal.create(order(value, currency)).json()["id"]
    told = next(one for one in paypal.ledger()["orders"] if one["id"] == order_id)
    assert (told["minor"], told["currency"]) == (minor, currency)


@pytest.mark.parametrize(
    ("asked", "issue", "field"),
    [
        ({}, "MISSING_REQUIRED_PARAMETER", "/intent"),
        ({"intent": "CAPTURE"}, "MISSING_REQUIRED_PARAMETER", "/purchase_units"),
        (
            {"intent": "CAPTURE", "purchase_units": []},
            "INVALID_ARRAY_MIN_ITEMS",
            "/purchase_units",
        ),
        (order() | {"intent": "SELL"}, "INVALID_PARAMETER_VALUE", "/intent"),
        (
            order(amount={"currency_code": "USD"}),
            "MISSING_REQUIRED_PARAMETER",
            "/purchase_units/0/amount/value",
        ),
        (order("1,00"), "INVALID_PARAMETER_SYNTAX", "/purchase_units/0/amount/value"),
        (
            order(invoice_id="x" * 128),
            "INVALID_STRING_LENGTH",
            "/purchase_units/0/invoice_id",
        ),
        (order(custom_id="x" * 256), "INVALID_STRING_LENGTH", "/purchase_units/0/custom_id"),
        (
            full_order(items=[CUP | {"name": "x" * 128, "unit_amount": usd("24.00")}]),
            "INVALID_STRING_LENGTH",
            "/purchase_units/0/items/0/name",
        ),
        (
            full_order(items=[CUP | {"sku": "x" * 128, "unit_amount": usd("24.00")}]),
            "INVALID_STRING_LENGTH",
            "/purchase_units/0/items/0/sku",
        ),
        (
            full_order(items=[CUP | {"quantity": "1.5", "unit_amount": usd("24.00")}]),
            "INVALID_PARAMETER_SYNTAX",
            "/purchase_units/0/items/0/quantity",
        ),
    ],
)
def test_what_is_not_well_formed_is_a_bad_request(paypal, asked, issue, field):
    answer = paypal.call("POST", "/v2/checkout/orders", asked)
    assert answer.status_code == 400
    assert answer.json()["name"] == "INVALID_REQUEST"
    assert [(told["issue"], told["field"]) for told in answer.json()["details"]] == [(issue, field)]


def test_return_addresses_must_be_addresses(paypal):
    asked = order()
    asked["payment_source"]["paypal"]["experience_context"]["return_url"] = "javascript:alert(1)"
    assert issues(paypal.create(asked)) == ["INVALID_PARAMETER_SYNTAX"]


def test_an_address_to_ship_to_must_be_there_if_it_was_promised(paypal):
    asked = order()
    context = asked["payment_source"]["paypal"]["experience_context"]
    context["shipping_preference"] = "SET_PROVIDED_ADDRESS"
    assert issues(paypal.create(asked)) == ["MISSING_SHIPPING_ADDRESS"]
    address = {"address_line_1": "1 Tea Street", "country_code": "TW"}
    asked["purchase_units"][0]["shipping"] = {"address": address}
    assert paypal.create(asked).status_code == 201


def test_what_is_not_json_is_refused(paypal):
    paypal.show("1")
    headers = {"Authorization": f"Bearer {paypal._token}"}
    url = f"{paypal.url}/v2/checkout/orders"
    answer = httpx.post(url, content="{", headers=headers | {"Content-Type": "application/json"})
    assert issues(answer) == ["MALFORMED_REQUEST_JSON"]
    assert httpx.post(url, data={"a": "b"}, headers=headers).status_code == 415


def test_an_order_that_nobody_approved_is_gone_after_three_hours(paypal):
    order_id = paypal.create().json()["id"]
    paypal.shift_clock(3 * 3600 + 1)
    assert paypal.show(order_id).status_code == 404
    assert paypal.page(f"/checkoutnow?token={order_id}").status_code == 404


# Capture


def test_a_capture_tells_of_the_money(paypal):
    asked = full_order(invoice_id=str(uuid.uuid4()), custom_id="attempt-3")
    order_id = paypal.create(asked).json()["id"]
    paypal.approve(order_id)
    shown = paypal.show(order_id).json()
    assert shown["status"] == "APPROVED"
    assert shown["payer"]["payer_id"]
    answer = paypal.capture(order_id)
    assert answer.status_code == 201
    assert answer.json()["status"] == "COMPLETED"
    capture = answer.json()["purchase_units"][0]["payments"]["captures"][0]
    assert capture["status"] == "COMPLETED"
    assert capture["amount"] == usd("52.50")
    assert capture["final_capture"] is True
    assert capture["custom_id"] == "attempt-3"
    assert capture["invoice_id"] == asked["purchase_units"][0]["invoice_id"]
    money = capture["seller_receivable_breakdown"]
    assert money["gross_amount"] == usd("52.50")
    assert float(money["paypal_fee"]["value"]) + float(money["net_amount"]["value"]) == 52.5
    shown = paypal.show_capture(capture["id"]).json()
    assert shown["supplementary_data"]["related_ids"]["order_id"] == order_id
    assert shown["payee"]["merchant_id"] == "SIMULATEDSHOP"


def test_nothing_is_captured_before_the_payer_approves(paypal):
    answer = paypal.capture(paypal.create().json()["id"])
    assert answer.status_code == 422
    assert issues(answer) == ["ORDER_NOT_APPROVED"]


def test_an_order_is_captured_once(paypal):
    order_id = paypal.create().json()["id"]
    paypal.approve(order_id)
    answers = at_once([lambda: paypal.capture(order_id)] * 8)
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 7
    refused = [answer for answer in answers if answer.status_code == 422]
    assert {issue for answer in refused for issue in issues(answer)} == {"ORDER_ALREADY_CAPTURED"}
    assert [one["order_id"] for one in paypal.ledger()["captures"]].count(order_id) == 1


def test_an_invoice_is_captured_once(paypal):
    invoice = str(uuid.uuid4())
    first, second = (paypal.create(order(invoice_id=invoice)).json()["id"] for _ in range(2))
    paypal.approve(first)
    paypal.approve(second)
    assert paypal.capture(first).status_code == 201
    assert issues(paypal.capture(second)) == ["DUPLICATE_INVOICE_ID"]


def test_a_declined_card_sends_the_payer_back_and_then_may_work(paypal):
    order_id = paypal.create().json()["id"]
    paypal.choose(order_id, "decline")
    answer = paypal.capture(order_id)
    assert answer.status_code == 422
    assert issues(answer) == ["INSTRUMENT_DECLINED"]
    redirect = next(link for link in answer.json()["links"] if link["rel"] == "redirect")
    assert redirect["href"] == f"{paypal.url}/checkoutnow?token={order_id}"
    assert paypal.show(order_id).json()["status"] == "PAYER_ACTION_REQUIRED"
    assert issues(paypal.capture(order_id)) == ["ORDER_NOT_APPROVED"]
    paypal.choose(order_id)
    assert paypal.capture(order_id).status_code == 201


@pytest.mark.parametrize(("to", "status"), [("complete", "COMPLETED"), ("deny", "DECLINED")])
def test_a_pending_capture_is_no_money_until_it_is_settled(paypal, to, status):
    order_id = paypal.create(order("31", "TWD", invoice_id=str(uuid.uuid4()))).json()["id"]
    paypal.approve(order_id, "pending", reason="ECHECK")
    before = _captured(paypal, "TWD")
    made = paypal.capture(order_id).json()
    assert made["status"] == "COMPLETED"  # the order; the money is not there
    capture = made["purchase_units"][0]["payments"]["captures"][0]
    assert capture["status"] == "PENDING"
    assert capture["status_details"] == {"reason": "ECHECK"}
    assert "seller_receivable_breakdown" not in capture
    assert issues(paypal.refund(capture["id"])) == ["REFUND_NOT_ALLOWED"]
    assert paypal.settle(capture["id"], to)["status"] == status
    assert paypal.show_capture(capture["id"]).json()["status"] == status
    assert _captured(paypal, "TWD") - before == (31 if to == "complete" else 0)


def _captured(paypal, currency):
    return paypal.ledger()["totals"].get(currency, {"captured": 0})["captured"]


def test_what_was_approved_can_be_changed_behind_the_shops_back(paypal):
    order_id = paypal.create(order(custom_id="7")).json()["id"]
    paypal.approve(order_id)
    paypal.control("POST", f"orders/{order_id}/amount", {"value": "1.00"})
    paypal.change(order_id, custom_id="8", payee={"merchant_id": "SOMEONEELSE00"})
    unit = paypal.show(order_id).json()["purchase_units"][0]
    assert unit["amount"] == usd("1.00")
    assert (unit["custom_id"], unit["payee"]["merchant_id"]) == ("8", "SOMEONEELSE00")


def test_sixty_four_slow_calls_stand_in_nobodys_way(paypal):
    paypal.show("1")
    paypal.fault("get", "delay", seconds=1, times=64)
    answers = at_once([lambda: paypal.show("1")] * 64)
    assert {answer.status_code for answer in answers} == {404}
    longest = max(answer.elapsed.total_seconds() for answer in answers)
    assert 1 <= longest < 10  # one after the other would be a minute
