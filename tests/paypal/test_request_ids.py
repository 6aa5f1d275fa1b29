"""A request id has one effect for six hours; the ledger outlives the process."""

import threading
import uuid
from contextlib import suppress

import httpx
import pytest

import services
from listening import wait_until
from paypal_client import order
from races import at_once

pytestmark = pytest.mark.slow


def approved(paypal, **unit):
    order_id = paypal.create(order(**unit)).json()["id"]
    paypal.approve(order_id)
    return order_id


def test_an_order_is_created_once_for_a_request_id(paypal):
    key = str(uuid.uuid4())
    first = paypal.create(request_id=key)
    again = paypal.create(request_id=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_a_repeated_capture_is_answered_by_the_capture_that_was_made(paypal):
    order_id, key = approved(paypal), str(uuid.uuid4())
    first = paypal.capture(order_id, request_id=key)
    again = paypal.capture(order_id, request_id=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_a_repeated_refund_gives_back_once(paypal):
    capture, key = paypal.captured("9.00"), str(uuid.uuid4())
    part = {"amount": {"currency_code": "USD", "value": "3.00"}}
    first = paypal.refund(capture, part, request_id=key)
    assert paypal.refund(capture, part, request_id=key).json() == first.json()
    told = next(one for one in paypal.ledger()["captures"] if one["id"] == capture)
    assert told["refunded_minor"] == 300


def test_a_repetition_shows_the_latest_state(paypal):
    order_id, key = paypal.create().json()["id"], str(uuid.uuid4())
    paypal.approve(order_id, "pending")
    first = paypal.capture(order_id, request_id=key).json()
    capture = first["purchase_units"][0]["payments"]["captures"][0]
    paypal.settle(capture["id"])
    again = paypal.capture(order_id, request_id=key).json()
    assert again["purchase_units"][0]["payments"]["captures"][0]["status"] == "COMPLETED"


def test_the_id_alone_decides_and_the_ledger_tells_of_a_changed_body(paypal):
    key = str(uuid.uuid4())
    first = paypal.create(order("24.00"), request_id=key).json()
    assert paypal.create(order("1.00"), request_id=key).json()["id"] == first["id"]
    assert paypal.show(first["id"]).json()["purchase_units"][0]["amount"]["value"] == "24.00"
    kept = next(one for one in paypal.ledger()["requests"] if one["request_id"] == key)
    assert (kept["repeated"], kept["changed"], kept["made"]) == (1, 1, first["id"])


def test_the_id_of_another_kind_of_call_is_another_id(paypal):
    key = str(uuid.uuid4())
    order_id = paypal.create(request_id=key).json()["id"]
    paypal.approve(order_id)
    assert paypal.capture(order_id, request_id=key).status_code == 201


def test_identical_requests_at_once_have_one_effect(paypal):
    order_id, key = approved(paypal), str(uuid.uuid4())
    paypal.fault("capture", "delay", seconds=0.5)
    answers = at_once([lambda: paypal.capture(order_id, request_id=key)] * 8)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses.count(201) == 1
    assert set(statuses) <= {200, 201, 409}
    busy = [answer.json() for answer in answers if answer.status_code == 409]
    assert busy  # the first was slow enough
    assert {one["name"] for one in busy} == {"RESOURCE_CONFLICT"}
    assert {one["details"][0]["issue"] for one in busy} == {"PREVIOUS_REQUEST_IN_PROGRESS"}
    assert [one["order_id"] for one in paypal.ledger()["captures"]].count(order_id) == 1


def test_after_six_hours_a_request_id_is_forgotten(paypal):
    key = str(uuid.uuid4())
    first = paypal.create(request_id=key).json()["id"]
    paypal.shift_clock(6 * 3600 - 60)
    assert paypal.create(request_id=key).json()["id"] == first
    paypal.shift_clock(120)
    assert paypal.create(request_id=key).json()["id"] != first


def test_a_refusal_is_not_kept_so_that_the_same_id_may_succeed_later(paypal):
    order_id, key = paypal.create().json()["id"], str(uuid.uuid4())
    assert paypal.capture(order_id, request_id=key).status_code == 422
    paypal.approve(order_id, "decline")
    assert paypal.capture(order_id, request_id=key).status_code == 422
    paypal.approve(order_id)
    assert paypal.capture(order_id, request_id=key).status_code == 201


def test_a_decline_is_kept_where_that_was_asked_for(tmp_path):
    with services.paypal(tmp_path, "--keep-declines") as paypal:
        order_id = paypal.create().json()["id"]
        paypal.approve(order_id, "decline")
        assert paypal.capture(order_id, request_id="first").status_code == 422
        paypal.approve(order_id)
        again = paypal.capture(order_id, request_id="first")
        assert again.json()["details"][0]["issue"] == "INSTRUMENT_DECLINED"
        assert paypal.capture(order_id, request_id="second").status_code == 201


def test_the_ledger_outlives_a_restart(tmp_path):
    key = str(uuid.uuid4())
    with services.paypal(tmp_path) as paypal:
        order_id = approved(paypal, invoice_id="A-1")
        capture = paypal.capture(order_id, request_id=key).json()
        before = paypal.ledger()
        token = paypal._token
    with services.paypal(tmp_path) as paypal:
        paypal._token = token
        after = paypal.ledger()
        for name in ("orders", "captures", "requests", "webhooks", "totals"):
            assert after[name] == before[name]
        again = paypal.capture(order_id, request_id=key).json()
        mine, theirs = (one["purchase_units"][0]["payments"] for one in (again, capture))
        assert mine["captures"][0]["id"] == theirs["captures"][0]["id"]
        second = approved(paypal, invoice_id="A-1")
        assert paypal.capture(second).json()["details"][0]["issue"] == "DUPLICATE_INVOICE_ID"


def test_a_kill_loses_nothing_that_was_answered(tmp_path):
    seen: list[str] = []
    with services.paypal(tmp_path) as paypal:
        buyer = threading.Thread(target=_buy, args=(paypal, seen))
        buyer.start()
        wait_until(lambda: len(seen) > 5)
        paypal.process.kill()
        buyer.join()
    with services.paypal(tmp_path) as paypal:
        assert set(seen) <= {one["id"] for one in paypal.ledger()["captures"]}


def _buy(paypal, seen):
    with suppress(httpx.HTTPError):
        while True:
            seen.append(paypal.captured())
