"""Payments v2: what was captured goes back, once."""

from paypal_client import order
from races import at_once


def usd(value):
    return {"amount": {"currency_code": "USD", "value": value}}


def issue(answer):
    assert answer.status_code in {400, 422}
    return answer.json()["details"][0]["issue"]


def test_without_an_amount_all_of_it_is_refunded(paypal):
    capture = paypal.captured("24.00")
    answer = paypal.refund(capture, prefer="representation")
    assert answer.status_code == 201
    assert answer.json()["status"] == "COMPLETED"
    assert answer.json()["amount"] == {"currency_code": "USD", "value": "24.00"}
    assert paypal.show_capture(capture).json()["status"] == "REFUNDED"
    assert issue(paypal.refund(capture)) == "CAPTURE_FULLY_REFUNDED"


def test_parts_are_refunded_until_nothing_is_left(paypal):
    capture = paypal.captured("24.00")
    asked = {"invoice_id": "R-1", "custom_id": "line-1", "note_to_payer": "One cup broke"}
    first = paypal.refund(capture, usd("10.00") | asked, prefer="representation").json()
    assert {name: first[name] for name in asked} == asked
    assert paypal.show_capture(capture).json()["status"] == "PARTIALLY_REFUNDED"
    assert issue(paypal.refund(capture, usd("14.01"))) == "REFUND_AMOUNT_EXCEEDED"
    second = paypal.refund(capture, usd("14.00"), prefer="representation").json()
    assert second["seller_payable_breakdown"]["total_refunded_amount"]["value"] == "24.00"
    assert paypal.show_capture(capture).json()["status"] == "REFUNDED"


def test_a_refund_can_be_read_by_its_id_and_in_its_order(paypal):
    capture = paypal.captured("24.00")
    refund = paypal.refund(capture, usd("1.00")).json()
    assert set(refund) == {"id", "status", "links"}  # minimal
    shown = paypal.show_refund(refund["id"]).json()
    up = next(link["href"] for link in shown["links"] if link["rel"] == "up")
    assert up.endswith(capture)
    order_id = paypal.show_capture(capture).json()["supplementary_data"]["related_ids"]["order_id"]
    payments = paypal.show(order_id).json()["purchase_units"][0]["payments"]
    assert [one["id"] for one in payments["refunds"]] == [refund["id"]]


def test_a_refund_in_another_currency_or_of_nothing_is_refused(paypal):
    capture = paypal.captured("24.00")
    euros = {"amount": {"currency_code": "EUR", "value": "1.00"}}
    assert issue(paypal.refund(capture, euros)) == "REFUND_CAPTURE_CURRENCY_MISMATCH"
    assert issue(paypal.refund(capture, usd("0.00"))) == "CANNOT_BE_ZERO_OR_NEGATIVE"
    assert issue(paypal.refund(capture, {"note_to_payer": "x" * 256})) == "INVALID_STRING_LENGTH"


def test_what_is_unknown_is_not_found(paypal):
    for answer in (paypal.refund("1"), paypal.show_capture("1"), paypal.show_refund("1")):
        assert answer.status_code == 404


def test_refunds_at_once_never_give_back_more_than_was_taken(paypal):
    capture = paypal.captured("10.00")
    answers = at_once([lambda: paypal.refund(capture, usd("3.00"))] * 8)
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [422] * 5
    told = next(one for one in paypal.ledger()["captures"] if one["id"] == capture)
    assert told["refunded_minor"] == 900


def test_the_ledger_adds_up_in_minor_units_by_currency(paypal):
    before = paypal.ledger()["totals"].get("KWD", {"captured": 0, "refunded": 0})
    capture = paypal.captured("1.234", "KWD")
    paypal.refund(capture, {"amount": {"currency_code": "KWD", "value": "0.034"}})
    after = paypal.ledger()["totals"]["KWD"]
    assert after["captured"] - before["captured"] == 1234
    assert after["refunded"] - before["refunded"] == 34
    assert after["exponent"] == 3


def test_an_order_of_two_parts_has_two_captures(paypal):
    asked = order("5.00")
    asked["purchase_units"] = [{"reference_id": name, **usd("5.00")} for name in ("tea", "cups")]
    order_id = paypal.create(asked).json()["id"]
    paypal.approve(order_id)
    units = paypal.capture(order_id).json()["purchase_units"]
    assert [unit["reference_id"] for unit in units] == ["tea", "cups"]
    assert len({unit["payments"]["captures"][0]["id"] for unit in units}) == 2
