"""What the shop is told, and how it can know that PayPal said it."""

import json
import uuid
import zlib

import pytest

import services
from listening import listening, wait_until
from paypal_client import order

pytestmark = pytest.mark.slow

WEBHOOK = "SIMULATEDWEBHOOK"


@pytest.fixture
def shop(paypal):
    """Where the simulator delivers."""
    with listening() as listener:
        paypal.deliver_to(listener.url)
        yield listener
        paypal.deliver_to("")


def buy(paypal, choice="approve"):
    order_id = paypal.create(order(invoice_id=str(uuid.uuid4()))).json()["id"]
    paypal.approve(order_id, choice)
    made = paypal.capture(order_id).json()["purchase_units"][0]["payments"]["captures"][0]
    return made["id"]


def verify(paypal, received, **changes):
    headers = received["headers"]
    asked = {
        "auth_algo": headers["PAYPAL-AUTH-ALGO"],
        "cert_url": headers["PAYPAL-CERT-URL"],
        "transmission_id": headers["PAYPAL-TRANSMISSION-ID"],
        "transmission_sig": headers["PAYPAL-TRANSMISSION-SIG"],
        "transmission_time": headers["PAYPAL-TRANSMISSION-TIME"],
        "webhook_id": WEBHOOK,
        "webhook_event": received["event"],
    }
    answer = paypal.call("POST", "/v1/notifications/verify-webhook-signature", asked | changes)
    return answer.json()["verification_status"]


def test_a_purchase_is_told_step_by_step(paypal, shop):
    capture = buy(paypal)
    approved, completed = sorted(shop.wait_for(2), key=lambda one: one["event"]["event_type"])
    assert approved["event"]["event_type"] == "CHECKOUT.ORDER.APPROVED"
    assert approved["event"]["resource"]["status"] == "APPROVED"
    event = completed["event"]
    assert event["event_type"] == "PAYMENT.CAPTURE.COMPLETED"
    assert event["id"].startswith("WH-")
    assert (event["resource_type"], event["resource"]["id"]) == ("capture", capture)
    related = event["resource"]["supplementary_data"]["related_ids"]
    assert related["order_id"] == approved["event"]["resource"]["id"]


@pytest.mark.parametrize(("to", "last"), [("complete", "COMPLETED"), ("deny", "DENIED")])
def test_a_pending_capture_is_told_and_then_how_it_ended(paypal, shop, to, last):
    capture = buy(paypal, "pending")
    shop.wait_for(2)
    paypal.settle(capture, to)
    shop.wait_for(3)
    expected = {"CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.PENDING", f"PAYMENT.CAPTURE.{last}"}
    assert set(shop.types()) == expected


def test_a_refund_is_told_with_the_capture_it_belongs_to(paypal, shop):
    capture = buy(paypal)
    refund = paypal.refund(capture).json()
    told = {one["event"]["event_type"]: one["event"] for one in shop.wait_for(3)}
    event = told["PAYMENT.CAPTURE.REFUNDED"]
    assert event["resource"]["id"] == refund["id"]
    assert any(link["href"].endswith(capture) for link in event["resource"]["links"])


def test_its_own_signature_is_good_and_any_change_is_not(paypal, shop):
    buy(paypal)
    received = shop.wait_for(1)[0]
    assert verify(paypal, received) == "SUCCESS"
    changed = received["event"] | {"summary": "Payment of a million"}
    assert verify(paypal, received, webhook_event=changed) == "FAILURE"
    assert verify(paypal, received, webhook_id="ANOTHERWEBHOOK") == "FAILURE"
    assert verify(paypal, received, transmission_id=str(uuid.uuid4())) == "FAILURE"
    assert verify(paypal, received, transmission_time="2020-01-01T00:00:00Z") == "FAILURE"
    assert verify(paypal, received, transmission_sig="AAAA") == "FAILURE"


def test_an_event_can_be_read_by_its_address(paypal, shop):
    paypal.approve(paypal.create().json()["id"])
    event = shop.wait_for(1)[0]["event"]
    answer = paypal.call("GET", f"/v1/notifications/webhooks-events/{event['id']}")
    assert answer.json() == event


def test_the_body_is_what_was_signed(paypal, shop):
    buy(paypal)
    received = shop.wait_for(1)[0]
    compact = json.dumps(received["event"], ensure_ascii=False, separators=(",", ":"))
    assert zlib.crc32(received["body"]) == zlib.crc32(compact.encode())


def test_verification_needs_all_that_was_sent(paypal):
    asked = {"webhook_id": WEBHOOK}
    answer = paypal.call("POST", "/v1/notifications/verify-webhook-signature", asked)
    assert answer.status_code == 400
    assert answer.json()["details"][0]["issue"] == "MISSING_REQUIRED_PARAMETER"


def test_what_the_shop_does_not_take_is_sent_again(paypal, shop):
    shop.statuses = [500, 503]
    paypal.approve(paypal.create().json()["id"])
    received = shop.wait_for(3)
    assert len({one["event"]["id"] for one in received}) == 1
    assert {verify(paypal, one) for one in received} == {"SUCCESS"}
    assert_state(paypal, received[0]["event"]["id"], "delivered", [500, 503, 200])


def test_after_some_attempts_it_gives_up(paypal, shop):
    shop.statuses = [500] * 9
    paypal.approve(paypal.create().json()["id"])
    received = shop.wait_for(4)
    assert_state(paypal, received[0]["event"]["id"], "given up", [500] * 4)


def assert_state(paypal, event_id, state, statuses=None):
    def deliveries():
        events = paypal.ledger()["webhooks"]
        return next(one for one in events if one["event_id"] == event_id)["deliveries"]

    wait_until(lambda: deliveries()[0]["state"] == state)
    if statuses:
        assert [attempt["status"] for attempt in deliveries()[0]["attempts"]] == statuses


def test_events_can_be_lost(paypal, shop):
    paypal.fault("webhook", "lose", event="PAYMENT.CAPTURE.COMPLETED")
    capture = buy(paypal)
    event = next(one for one in paypal.ledger()["webhooks"] if one["resource_id"] == capture)
    assert [one["state"] for one in event["deliveries"]] == ["lost"]
    paypal.refund(capture)
    shop.wait_for(2)
    assert "PAYMENT.CAPTURE.COMPLETED" not in shop.types()


def test_events_can_come_five_times(paypal, shop):
    paypal.fault("webhook", "duplicate", copies=5)
    paypal.approve(paypal.create().json()["id"])
    received = shop.wait_for(5)
    assert len({one["event"]["id"] for one in received}) == 1
    assert len({one["headers"]["PAYPAL-TRANSMISSION-ID"] for one in received}) == 5


def test_events_can_come_late(paypal, shop):
    paypal.fault("webhook", "late", seconds=1)
    buy(paypal)
    shop.wait_for(2)
    assert shop.types() == ["PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.APPROVED"]


def test_events_can_come_in_the_wrong_order(paypal, shop):
    paypal.fault("webhook", "reorder", times=3)
    capture = buy(paypal)
    assert shop.received == []
    paypal.refund(capture)
    shop.wait_for(3)
    assert shop.types() == [
        "PAYMENT.CAPTURE.REFUNDED",
        "PAYMENT.CAPTURE.COMPLETED",
        "CHECKOUT.ORDER.APPROVED",
    ]


def test_what_was_held_back_comes_when_the_faults_end(paypal, shop):
    paypal.fault("webhook", "reorder", times=9)
    buy(paypal)
    assert shop.received == []
    paypal.clear_faults()
    assert len(shop.wait_for(2)) == 2


def test_signatures_can_be_bad(paypal, shop):
    paypal.fault("webhook", "bad-signature")
    paypal.approve(paypal.create().json()["id"])
    assert verify(paypal, shop.wait_for(1)[0]) == "FAILURE"


def test_an_event_can_be_sent_again_and_forged(paypal, shop):
    capture = buy(paypal)
    shop.wait_for(2)
    event_id = paypal.resend(event_type="PAYMENT.CAPTURE.COMPLETED", times=3)["event_id"]
    shop.wait_for(5)
    paypal.resend(event_id=event_id, forge=True)
    last = shop.wait_for(6)[-1]
    assert verify(paypal, last) == "FAILURE"
    assert [one["event"]["id"] for one in shop.received].count(event_id) == 5
    assert last["event"]["resource"]["id"] == capture


def test_an_event_of_an_unknown_order_can_be_sent(paypal, shop):
    event = {"id": "WH-1", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": {"id": "UNKNOWN"}}
    paypal.resend(event=event)
    received = shop.wait_for(1)[0]
    assert received["event"] == event
    assert verify(paypal, received) == "SUCCESS"


def test_what_was_not_delivered_yet_is_delivered_after_a_restart(tmp_path):
    with listening() as shop:
        options = ["--shop-webhook", shop.url, "--retries", "60"]
        with services.paypal(tmp_path, *options) as paypal:
            paypal.fault("webhook", "late", seconds=15)  # a busy machine takes long to end it
            paypal.approve(paypal.create().json()["id"])
            event_id = paypal.ledger()["webhooks"][0]["event_id"]
        assert shop.received == []
        with services.paypal(tmp_path, *options):
            assert shop.wait_for(1, seconds=40)[0]["event"]["id"] == event_id
