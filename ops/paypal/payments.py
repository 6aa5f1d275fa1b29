"""Payments v2: captures and their refunds."""

from typing import Any

import validation
from amounts import minor, money
from errors import not_found, refused
from ledger import Ledger, Row, new_id
from orders import Orders
from webhooks import Webhooks

SETTLED = {"complete": "COMPLETED", "deny": "DECLINED"}


class Payments:
    def __init__(self, ledger: Ledger, webhooks: Webhooks, orders: Orders) -> None:
        self._ledger, self._webhooks, self._orders = ledger, webhooks, orders

    def find(self, kind: str, key: str) -> Row:
        if row := self._ledger.get(kind, key):
            return row
        raise not_found()

    def settle(self, capture_id: str, to: str) -> Row:
        """End the waiting of a pending capture, by `complete` or `deny`."""
        capture = self.find("capture", capture_id)
        if capture["status"] != "PENDING":
            raise refused(422, "INVALID_PARAMETER_VALUE", "/to", to)
        capture |= {"status": SETTLED[to], "update_time": self._ledger.stamp()}
        self._ledger.put("capture", capture)
        self._orders.announce(capture)
        return capture

    def refund(self, capture_id: str, body: Any) -> Row:
        capture = self.find("capture", capture_id)
        amount = self._refundable(capture, body)
        refund = {
            "id": new_id(),
            "capture": capture_id,
            "status": "COMPLETED",
            "amount": amount,
            "total": capture["refunded"] + minor(amount),
            "invoice_id": body.get("invoice_id") or capture["invoice_id"],
            "custom_id": body.get("custom_id") or capture["custom_id"],
            "note_to_payer": body.get("note_to_payer"),
            "create_time": self._ledger.stamp(),
            "update_time": self._ledger.stamp(),
        }
        self._ledger.put("refund", refund)
        self._book(refund, capture)
        value = " ".join(amount.values())
        self._webhooks.emit(
            "PAYMENT.CAPTURE.REFUNDED",
            f"A {value} capture payment was refunded",
            self._orders.shown.refund(refund),
            "refund",
        )
        return refund

    def _book(self, refund: Row, capture: Row) -> None:
        is_whole = refund["total"] == minor(capture["amount"])
        capture |= {
            "status": "REFUNDED" if is_whole else "PARTIALLY_REFUNDED",
            "refunded": refund["total"],
            "refunds": [*capture["refunds"], refund["id"]],
            "update_time": self._ledger.stamp(),
        }
        self._ledger.put("capture", capture)

    def _refundable(self, capture: Row, body: Any) -> Row:
        """What to give back; Refused if that cannot be."""
        if not isinstance(body, dict):
            raise refused(400, "MALFORMED_REQUEST_JSON")
        validation.length(body, "", invoice_id=127, custom_id=127, note_to_payer=255)
        currency, whole = capture["amount"]["currency_code"], minor(capture["amount"])
        if body.get("amount") is not None:
            validation.positive(body["amount"], "/amount")
        if capture["status"] in {"PENDING", "DECLINED"}:
            raise refused(422, "REFUND_NOT_ALLOWED")
        if capture["refunded"] == whole:
            raise refused(422, "CAPTURE_FULLY_REFUNDED")
        asked = body.get("amount") or money(currency, whole - capture["refunded"])
        if asked["currency_code"] != currency:
            raise refused(422, "REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code")
        if minor(asked) > whole - capture["refunded"]:
            raise refused(422, "REFUND_AMOUNT_EXCEEDED", "/amount/value", asked["value"])
        return money(currency, minor(asked))
