"""PayPal fails, hangs and hangs up; others send notices in its name."""

import json
import threading
import time
import uuid

import pytest

from payments import paypal_client
from payments.provider import Forged, Stage, Unknown
from receiver import receiving

pytestmark = pytest.mark.django_db


def captures_of(paypal, attempt):
    order_id = attempt.provider_order_id
    return [row for row in paypal.ledger()["captures"] if row["order_id"] == order_id]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "fault",
    [
        {"do": "error", "status": 500},
        {"do": "error", "status": 503},
        {"do": "error", "status": 429},
        {"do": "error", "status": 409},
        {"do": "drop"},
    ],
    ids=str,
)
def test_no_clear_answer_means_ask_again_and_the_money_moves_once(
    adapter, paypal, attempt, fault, when
):
    paypal.approve(attempt.provider_order_id)
    paypal.fault("capture", **fault, when=when)
    with pytest.raises(Unknown):
        adapter.capture(attempt)
    assert len(captures_of(paypal, attempt)) == (when == "after")
    assert adapter.capture(attempt).amount == attempt.amount
    assert len(captures_of(paypal, attempt)) == 1


@pytest.mark.parametrize("on", ["token", "create", "get", "refund", "verify"])
@pytest.mark.parametrize("do", ["error", "drop"])
def test_every_other_call_says_unknown_too(adapter, paypal, attempt, on, do):
    adapter.__dict__.pop("client", None)  # signs in afresh
    paypal.fault(on, do)
    client = adapter.client
    with pytest.raises(Unknown):
        match on:
            case "create":
                attempt.request_id = uuid.uuid4()
                adapter.create(attempt)
            case "refund":
                client.refund_capture("0NOCAPTURE", {}, "r-1")
            case "verify":
                client.verify({"auth_algo": "x"}, b"{}")
            case _:
                adapter.read(attempt)
    assert adapter.read(attempt).stage is Stage.WAITING


def test_a_paypal_that_hangs_is_given_up(adapter, paypal, attempt, monkeypatch):
    monkeypatch.setattr(paypal_client, "TIMEOUT", 0.3)
    adapter.__dict__.pop("client", None)
    adapter.read(attempt)
    paypal.fault("get", "delay", seconds=3)
    began = time.monotonic()
    with pytest.raises(Unknown):
        adapter.read(attempt)
    assert time.monotonic() - began < 2.5


def test_a_token_that_was_taken_back_is_replaced_at_once(adapter, paypal, attempt):
    assert adapter.read(attempt).stage is Stage.WAITING
    paypal.fault("get", "error", status=401)
    assert adapter.read(attempt).stage is Stage.WAITING
    calls = [row["call"] for row in paypal.ledger()["calls"]][-3:]
    assert calls == ["get", "token", "get"]


def test_who_is_turned_away_twice_gives_up(adapter, paypal, attempt):
    paypal.fault("get", "error", status=401, times=2)
    with pytest.raises(Unknown):
        adapter.read(attempt)


def test_many_stuck_calls_leave_the_others_an_answer_at_once(adapter, paypal, attempt, monkeypatch):
    monkeypatch.setattr(paypal_client, "PATIENCE", 0.2)
    adapter.read(attempt)
    client, order_id = adapter.client, attempt.provider_order_id
    paypal.fault("get", "delay", seconds=2, times=paypal_client.AT_ONCE)
    stuck = [
        threading.Thread(target=client.get_order, args=[order_id])
        for _ in range(paypal_client.AT_ONCE)
    ]
    for thread in stuck:
        thread.start()
    time.sleep(0.5)
    began = time.monotonic()
    with pytest.raises(Unknown, match="too many"):
        adapter.read(attempt)
    assert time.monotonic() - began < 1
    for thread in stuck:
        thread.join()
    assert adapter.read(attempt).stage is Stage.WAITING


# Notices


@pytest.fixture
def notice(adapter, paypal, attempt):
    """A genuine one: headers and body."""
    with receiving(paypal) as receiver:
        receiver.begin()
        paypal.approve(attempt.provider_order_id)
        yield receiver.notice(paypal.ledger()["webhooks"][-1]["event_id"])


def test_a_genuine_notice_names_the_attempt(adapter, attempt, notice):
    event = adapter.event(*notice)
    assert event.kind == "CHECKOUT.ORDER.APPROVED"
    assert event.custom_id == str(attempt.pk)
    assert event.provider_order_id == attempt.provider_order_id


def test_a_genuine_notice_of_a_capture_names_it_too(adapter, paypal, attempt, notice):
    with receiving(paypal) as receiver:
        receiver.begin()
        adapter.capture(attempt)
        event_id = paypal.ledger()["webhooks"][-1]["event_id"]
        event = adapter.event(*receiver.notice(event_id))
    assert event.kind == "PAYMENT.CAPTURE.COMPLETED"
    assert event.provider_order_id == attempt.provider_order_id


def test_an_altered_body_is_forged(adapter, notice):
    headers, body = notice
    altered = json.loads(body)
    altered["resource"]["id"] = "5O190127TN364715T"
    with pytest.raises(Forged):
        adapter.event(headers, json.dumps(altered).encode())


def test_a_notice_for_another_shop_is_forged(adapter, notice):
    adapter.settings["webhook_id"] = "ANOTHERSHOP"
    with pytest.raises(Forged):
        adapter.event(*notice)


@pytest.mark.parametrize("missing", ["Sig", "Id", "Time"])
def test_a_notice_without_its_headers_is_forged(adapter, notice, missing):
    headers, body = notice
    del headers[f"PayPal-Transmission-{missing}"]
    with pytest.raises(Forged):
        adapter.event(headers, body)


GOOD = {"id": "WH-1", "event_type": "X", "resource": {}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"id": "WH-1", "event_type": "X", "resource": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        json.dumps(GOOD | {"resource": None}).encode(),
        json.dumps(GOOD | {"resource": "purchase_units"}).encode(),
        json.dumps(GOOD).encode("utf-16"),
        json.dumps(GOOD | {"resource": {"purchase_units": [], "id": 1}}).encode(),
        json.dumps(GOOD | {"resource": {"purchase_units": {"0": 1}, "id": 1}}).encode(),
        json.dumps(GOOD | {"resource": {"supplementary_data": 5}}).encode(),
        json.dumps(GOOD | {"resource": {"supplementary_data": {"related_ids": []}}}).encode(),
        json.dumps(GOOD | {"id": {"deep": []}}).encode(),
        json.dumps(GOOD | {"event_type": None}).encode(),
        b'{"id": "WH-1", "event_type": "X", "resource": {"n": NaN}}',
        b'{"id": "WH-1\\u0000", "event_type": "X", "resource": {}}',
        b'{"id": "\\ud800", "event_type": "X", "resource": {}}',
        json.dumps(GOOD).encode() + b', "webhook_event": {}',
    ],
    ids=lambda body: body[:60].decode(errors="replace"),
)
def test_a_hostile_body_is_forged_whatever_it_says(adapter, notice, body):
    headers, _ = notice
    with pytest.raises(Forged):
        adapter.event(headers, body)
