"""The simulator fails when it is told to, and as it is told to."""

import time
import uuid

import httpx
import pytest

from paypal_client import PayPal


def captures_of(paypal, order_id):
    return [one for one in paypal.ledger()["captures"] if one["order_id"] == order_id]


@pytest.fixture
def approved(paypal):
    order_id = paypal.create().json()["id"]
    paypal.approve(order_id)
    return order_id


def test_an_error_before_the_effect_leaves_nothing(paypal, approved):
    paypal.fault("capture", "error", status=503)
    answer = paypal.capture(approved)
    assert answer.status_code == 503
    assert answer.json()["name"] == "SERVICE_UNAVAILABLE"
    assert captures_of(paypal, approved) == []
    assert paypal.capture(approved).status_code == 201


def test_an_error_after_the_effect_hides_a_capture_that_the_same_id_finds(paypal, approved):
    key = str(uuid.uuid4())
    paypal.fault("capture", "error", when="after")
    assert paypal.capture(approved, request_id=key).status_code == 500
    assert len(captures_of(paypal, approved)) == 1
    assert paypal.capture(approved, request_id=key).status_code == 200
    assert len(captures_of(paypal, approved)) == 1


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_the_connection_can_break_off(paypal, approved, when, made):
    paypal.fault("capture", "drop", when=when)
    with pytest.raises(httpx.RemoteProtocolError):
        paypal.capture(approved)
    assert len(captures_of(paypal, approved)) == made


def test_an_answer_can_come_too_late(paypal, approved):
    hasty = PayPal(paypal.url, timeout=0.5)
    hasty.show(approved)
    paypal.fault("capture", "delay", seconds=2, when="after")
    key = str(uuid.uuid4())
    with pytest.raises(httpx.ReadTimeout):
        hasty.capture(approved, request_id=key)
    # It was done at once, and who asks again need not wait for the first answer.
    assert hasty.capture(approved, request_id=key).status_code == 200
    assert len(captures_of(paypal, approved)) == 1


def test_every_call_can_be_slow_and_nothing_else_is(paypal, approved):
    paypal.fault("*", "delay", seconds=0.5, times=2)
    for _ in range(2):
        began = time.monotonic()
        paypal.show(approved)
        assert time.monotonic() - began >= 0.5
    began = time.monotonic()
    paypal.show(approved)
    assert time.monotonic() - began < 0.5


def test_a_fault_of_no_number_of_times_lasts_until_it_is_taken_away(paypal, approved):
    paypal.fault("get", "error", times=0)
    assert {paypal.show(approved).status_code for _ in range(5)} == {500}
    assert paypal.control("GET", "faults")[0]["used"] == 5
    paypal.clear_faults()
    assert paypal.show(approved).status_code == 200


def test_an_error_can_have_an_issue_of_ones_choice(paypal, approved):
    paypal.fault("capture", "error", status=422, issue="TRANSACTION_REFUSED")
    answer = paypal.capture(approved)
    assert answer.json()["name"] == "UNPROCESSABLE_ENTITY"
    assert answer.json()["details"][0]["issue"] == "TRANSACTION_REFUSED"


def test_tokens_refunds_and_verification_can_fail_too(paypal):
    capture = paypal.captured()
    paypal.fault("token", "error")
    assert paypal.token().status_code == 500
    paypal.fault("refund", "error", when="after")
    assert paypal.refund(capture).status_code == 500
    assert paypal.show_capture(capture).json()["status"] == "REFUNDED"
    paypal.fault("verify", "error")
    path = "/v1/notifications/verify-webhook-signature"
    assert paypal.call("POST", path, {}).status_code == 500


@pytest.mark.parametrize(
    "wrong",
    [
        {"on": "capture", "do": "explode"},
        {"on": "everything", "do": "error"},
        {"on": "webhook", "do": "delay"},
        {"on": "capture", "do": "error", "when": "never"},
        {"on": "capture", "do": "error", "colour": "red"},
    ],
)
def test_a_fault_that_cannot_be_is_refused(paypal, wrong):
    answer = httpx.post(f"{paypal.url}/_sim/faults", json=wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert paypal.control("GET", "faults") == []


def test_the_ledger_tells_of_each_call(paypal, approved):
    key = str(uuid.uuid4())
    paypal.capture(approved, request_id=key)
    call = paypal.ledger()["calls"][-1]
    assert (call["call"], call["request_id"], call["status"]) == ("capture", key, 201)


def test_the_clock_can_be_shifted_and_set_back(paypal):
    before = paypal.control("GET", "clock")
    assert before["shift"] == 0
    paypal.shift_clock(3600)
    paypal.shift_clock(3600)
    assert paypal.control("GET", "clock")["shift"] == 7200
    assert paypal.control("POST", "clock", {"shift": 0})["shift"] == 0


def test_unknown_addresses_and_methods_are_answered_plainly(paypal):
    assert httpx.get(f"{paypal.url}/v2/nothing").status_code == 404
    assert httpx.delete(f"{paypal.url}/v2/checkout/orders").status_code == 405
    assert httpx.post(f"{paypal.url}/_sim/captures/1", json={"to": "complete"}).status_code == 404
    assert httpx.post(f"{paypal.url}/_sim/captures/1", json={"to": "burn"}).status_code == 400
