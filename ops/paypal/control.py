"""`/_sim/…`: what tests and operators read and do. PayPal has none of it."""

import re
from typing import Any

import validation
from amounts import exponent, minor, money
from api import ID, Api
from errors import Answer, not_found, refused
from faults import Faults
from ledger import Ledger, Row
from orders import Orders
from payments import SETTLED, Payments
from web import Request, Route
from webhooks import Webhooks


class Control:
    def __init__(
        self,
        ledger: Ledger,
        faults: Faults,
        webhooks: Webhooks,
        orders: Orders,
        payments: Payments,
        api: Api,
    ) -> None:
        self._ledger, self._faults, self._webhooks = ledger, faults, webhooks
        self._orders, self._payments, self._api = orders, payments, api

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/_sim/ledger", lambda _: Answer(200, self._told())),
            Route("DELETE", "/_sim/ledger", self._forget),
            Route("GET", "/_sim/faults", lambda _: Answer(200, self._faults.told())),
            Route("POST", "/_sim/faults", self._add_faults),
            Route("DELETE", "/_sim/faults", self._clear_faults),
            Route("POST", f"/_sim/captures/{ID}", self._settle),
            Route("POST", f"/_sim/orders/{ID}/(approve|decline|pending|cancel)", self._decide),
            Route("POST", f"/_sim/orders/{ID}/amount", self._amount),
            Route("POST", f"/_sim/orders/{ID}/change", self._change),
            Route("POST", "/_sim/webhooks/resend", self._resend),
            Route("POST", "/_sim/webhooks/target", self._target),
            Route("GET", "/_sim/clock", lambda _: Answer(200, self._clock())),
            Route("POST", "/_sim/clock", self._shift),
        ]

    # The ledger

    def _told(self) -> Row:
        with self._ledger.change():
            rows = {
                kind: self._ledger.all(kind)
                for kind in ("order", "capture", "refund", "request", "event", "delivery")
            }
        return {
            "now": self._ledger.stamp(),
            "totals": _totals(rows["capture"], rows["refund"]),
            "orders": [_order(order) for order in rows["order"]],
            "captures": [_capture(capture) for capture in rows["capture"]],
            "refunds": [_refund(refund) for refund in rows["refund"]],
            "requests": [_request(kept) for kept in rows["request"]],
            "webhooks": _events(rows["event"], rows["delivery"]),
            "calls": list(self._api.calls),
        }

    def _forget(self, _: Request) -> Answer:
        self._ledger.forget()
        self._api.calls.clear()
        return Answer(200, {})

    # Faults

    def _add_faults(self, request: Request) -> Answer:
        given = request.json if isinstance(request.json, list) else [request.json]
        try:
            return Answer(201, [self._faults.add(fault).told() for fault in given])
        except (TypeError, ValueError) as problem:
            return Answer(400, {"error": str(problem)})

    def _clear_faults(self, _: Request) -> Answer:
        self._faults.clear()
        self._webhooks.release()
        return Answer(200, [])

    # Orders and captures

    def _decide(self, request: Request) -> Answer:
        order, plan = request.parts
        with self._ledger.change():
            reason = request.fields.get("reason", "PENDING_REVIEW")
            return Answer(200, self._orders.shown.order(self._orders.decide(order, plan, reason)))

    def _settle(self, request: Request) -> Answer:
        to = request.fields.get("to", "")
        if to not in SETTLED:
            return Answer(400, {"error": f"to: one of {', '.join(SETTLED)}"})
        with self._ledger.change():
            capture = self._payments.settle(request.parts[0], to)
        if request.is_form:
            return Answer(303, page=b"", kind="text/plain", headers={"Location": "/"})
        return Answer(200, self._orders.shown.capture(capture, related=True))

    def _amount(self, request: Request) -> Answer:
        return self._changed(request.parts[0], {"amount": request.json})

    def _change(self, request: Request) -> Answer:
        return self._changed(request.parts[0], request.json)

    def _changed(self, order_id: str, changes: Row) -> Answer:
        """Write into the order's first unit, whatever its state, as PayPal never would."""
        with self._ledger.change():
            order = self._ledger.get("order", order_id)
            if not order:
                raise not_found()
            unit = order["units"][0]
            if "amount" in changes:
                currency = unit["amount"]["currency_code"]
                changes = changes | {"amount": {"currency_code": currency} | changes["amount"]}
                validation.positive(changes["amount"], "/amount")
            if "payee" in changes:
                changes = changes | {"payee": unit["payee"] | changes["payee"]}
            unit |= changes
            self._ledger.put("order", order)
        return Answer(200, self._orders.shown.order(order))

    # Webhooks

    def _resend(self, request: Request) -> Answer:
        """One event, by its id or the latest of its type; `event` sends any other body."""
        asked: Any = request.fields
        if not self._webhooks.target:
            return Answer(400, {"error": "there is no address to deliver to"})
        with self._ledger.change():
            event = asked.get("event") or self._find_event(asked)
            if asked.get("event"):
                self._ledger.put("event", event)
            sent = [
                self._webhooks.deliver(event, forged=bool(asked.get("forge")))["id"]
                for _ in range(int(asked.get("times", 1)))
            ]
        return Answer(202, {"event_id": event["id"], "deliveries": sent})

    def _find_event(self, asked: Row) -> Row:
        for event in reversed(self._ledger.all("event")):
            if (
                asked.get("event_id") == event["id"]
                or asked.get("event_type") == event["event_type"]
            ):
                return event
        raise not_found()

    def _target(self, request: Request) -> Answer:
        self._webhooks.target = request.fields.get("url", "")
        return Answer(200, {"url": self._webhooks.target})

    # Time

    def _clock(self) -> Row:
        return {"now": self._ledger.stamp(), "shift": self._ledger.shift}

    def _shift(self, request: Request) -> Answer:
        """`seconds` are added; `shift` sets the whole."""
        asked: Any = request.fields
        try:
            with self._ledger.change():
                before = float(asked.get("shift", self._ledger.shift))
                self._ledger.shift = before + float(asked.get("seconds", 0))
        except ValueError:
            raise refused(400, "INVALID_PARAMETER_SYNTAX") from None
        return Answer(200, self._clock())


def _totals(captures: list[Row], refunds: list[Row]) -> dict[str, Row]:
    """Minor units by currency; what is pending or declined is not captured."""
    totals: dict[str, Row] = {}
    for row, name in [(row, "captured") for row in captures] + [
        (row, "refunded") for row in refunds
    ]:
        currency = row["amount"]["currency_code"]
        sums = totals.setdefault(
            currency, {"exponent": exponent(currency), "captured": 0, "refunded": 0, "pending": 0}
        )
        if row["status"] == "PENDING":
            sums["pending"] += minor(row["amount"])
        elif row["status"] != "DECLINED":
            sums[name] += minor(row["amount"])
    return totals


def _money(amount: Row) -> Row:
    currency = amount["currency_code"]
    return {"currency": currency, "value": amount["value"], "minor": minor(amount)}


def _order(order: Row) -> Row:
    unit = order["units"][0]
    names = ("id", "status", "plan", "captures", "create_time", "update_time")
    return {name: order[name] for name in names} | {
        **_money(unit["amount"]),
        "invoice_id": unit.get("invoice_id"),
        "custom_id": unit.get("custom_id"),
        "payee": unit["payee"],
    }


def _capture(capture: Row) -> Row:
    names = ("id", "status", "invoice_id", "custom_id", "create_time", "update_time")
    currency = capture["amount"]["currency_code"]
    return {name: capture[name] for name in names} | {
        **_money(capture["amount"]),
        "order_id": capture["order"],
        "refunded_minor": capture["refunded"],
        "refunded": money(currency, capture["refunded"])["value"],
    }


def _refund(refund: Row) -> Row:
    names = ("id", "status", "invoice_id", "custom_id", "note_to_payer", "create_time")
    return {name: refund[name] for name in names} | {
        **_money(refund["amount"]),
        "capture_id": refund["capture"],
    }


def _request(kept: Row) -> Row:
    call, path, request_id = re.split(" ", kept["id"], maxsplit=2)
    return {
        "call": call,
        "path": path,
        "request_id": request_id,
        "made": kept.get("of"),
        "repeated": kept["repeated"],
        "changed": kept["changed"],
    }


def _events(events: list[Row], deliveries: list[Row]) -> list[Row]:
    names = ("id", "state", "forged", "attempts")
    sent: dict[str, list[Row]] = {event["id"]: [] for event in events}
    for row in deliveries:
        sent[row["event"]].append({name: row[name] for name in names})
    return [
        {
            "event_id": event["id"],
            "event_type": event.get("event_type"),
            "resource_id": event.get("resource", {}).get("id"),
            "deliveries": sent[event["id"]],
        }
        for event in events
    ]
