"""Orders v2: create, show, capture; and what the payer decides."""

from typing import Any

import validation
from amounts import written
from errors import Answer, detail, error, not_found, refused
from ledger import Ledger, Row, new_id
from options import Options
from shown import Shown
from webhooks import Webhooks

LIFE = 3 * 3600  # seconds in which the payer can decide
LIMITS = {"description": 127, "soft_descriptor": 22}
UNIT = ["reference_id", "amount", "payee", "description", "custom_id", "invoice_id"]
UNIT += ["soft_descriptor", "items", "shipping"]
CONTEXT = ("return_url", "cancel_url", "brand_name", "locale", "user_action")


class Orders:
    def __init__(self, ledger: Ledger, webhooks: Webhooks, options: Options) -> None:
        self._ledger, self._webhooks, self._options = ledger, webhooks, options
        self.shown = Shown(ledger, options)

    def find(self, order_id: str) -> Row:
        """Refused when there is none, or it was not approved within three hours."""
        order = self._ledger.get("order", order_id)
        if not order:
            raise not_found()
        is_open = order["status"] in {"CREATED", "PAYER_ACTION_REQUIRED"}
        if is_open and self._ledger.now() - order["made"] > LIFE:
            raise not_found()
        return order

    def create(self, body: Any) -> Row:
        validation.order(body)
        source = (body.get("payment_source") or {}).get("paypal")
        context = (source or {}).get("experience_context") or body.get("application_context") or {}
        now = self._ledger.stamp()
        return self._ledger.put(
            "order",
            {
                "id": new_id(),
                "status": "CREATED" if source is None else "PAYER_ACTION_REQUIRED",
                "intent": body["intent"],
                "made": self._ledger.now(),
                "plan": "",
                "context": {name: context[name] for name in CONTEXT if context.get(name)},
                "has_source": source is not None,
                "units": [self._unit(unit) for unit in body["purchase_units"]],
                "captures": [],
                "create_time": now,
                "update_time": now,
            },
        )

    def _unit(self, given: Row) -> Row:
        unit = {"reference_id": "default"} | {name: given[name] for name in UNIT if given.get(name)}
        for name, limit in LIMITS.items():
            if name in unit:
                unit[name] = unit[name][:limit]
        for item in unit.get("items", []):
            if item.get("description"):
                item["description"] = item["description"][:2048]
        ours = {
            "email_address": self._options.merchant_email,
            "merchant_id": self._options.merchant_id,
        }
        return unit | {"payee": ours | (given.get("payee") or {})}

    # The payer decides

    def decide(self, order_id: str, plan: str, reason: str = "PENDING_REVIEW") -> Row:
        """`approve`, `decline` (at the capture), `pending` (after it) or `cancel`."""
        order = self.find(order_id)
        if order["status"] == "COMPLETED":
            raise refused(422, "ORDER_ALREADY_CAPTURED")
        if plan == "cancel":
            return order
        is_news = order["status"] != "APPROVED"
        order |= {"status": "APPROVED", "plan": plan, "reason": reason}
        order["update_time"] = self._ledger.stamp()
        self._ledger.put("order", order)
        if is_news:
            self._webhooks.emit(
                "CHECKOUT.ORDER.APPROVED",
                "An order has been approved by buyer",
                self.shown.order(order),
                "checkout-order",
            )
        return order

    # Capture

    def capture(self, order_id: str) -> Row | Answer:
        order = self.find(order_id)
        if order["status"] == "COMPLETED":
            raise refused(422, "ORDER_ALREADY_CAPTURED")
        if order["status"] != "APPROVED":
            raise refused(422, "ORDER_NOT_APPROVED")
        if any(self._is_captured(unit.get("invoice_id")) for unit in order["units"]):
            raise refused(422, "DUPLICATE_INVOICE_ID")
        if order["plan"] == "decline":
            return self._decline(order)
        order["captures"] = [self._capture_unit(order, unit)["id"] for unit in order["units"]]
        order |= {"status": "COMPLETED", "update_time": self._ledger.stamp()}
        return self._ledger.put("order", order)

    def _is_captured(self, invoice_id: str | None) -> bool:
        if not invoice_id:
            return False
        kept = self._ledger.get("invoice", invoice_id)
        capture = kept and self._ledger.get("capture", kept["capture"])
        return bool(capture and capture["status"] != "DECLINED")

    def _decline(self, order: Row) -> Answer:
        """The payer has to come again and choose otherwise."""
        status = "PAYER_ACTION_REQUIRED" if order["has_source"] else "CREATED"
        # Three hours from now: a second chance is a whole one.
        order |= {"status": status, "plan": "", "made": self._ledger.now()}
        self._ledger.put("order", order | {"update_time": self._ledger.stamp()})
        answer = error(422, detail("INSTRUMENT_DECLINED"))
        answer.body["links"].append(
            self.shown.link("redirect", f"/checkoutnow?token={order['id']}")
        )
        return answer

    def _capture_unit(self, order: Row, unit: Row) -> Row:
        now = self._ledger.stamp()
        capture = {
            "id": new_id(),
            "order": order["id"],
            "payee": unit["payee"],
            "status": "PENDING" if order["plan"] == "pending" else "COMPLETED",
            "amount": {name: unit["amount"][name] for name in ("currency_code", "value")},
            "invoice_id": unit.get("invoice_id"),
            "custom_id": unit.get("custom_id"),
            "refunded": 0,
            "refunds": [],
            "create_time": now,
            "update_time": now,
        }
        if capture["status"] == "PENDING":
            capture["reason"] = order["reason"]
        if capture["invoice_id"]:
            invoice = {"id": capture["invoice_id"], "capture": capture["id"]}
            self._ledger.put("invoice", invoice)
        self._ledger.put("capture", capture)
        self.announce(capture)
        return capture

    def announce(self, capture: Row) -> None:
        """The event of a capture's state."""
        word = "DENIED" if capture["status"] == "DECLINED" else capture["status"]
        self._webhooks.emit(
            f"PAYMENT.CAPTURE.{word}",
            f"Payment {word.lower()} for {written(capture['amount'])}",
            self.shown.capture(capture, related=True),
            "capture",
        )
