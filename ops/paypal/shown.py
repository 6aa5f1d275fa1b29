"""Orders, captures and refunds as PayPal shows them."""

from amounts import fee, minor, money
from ledger import Ledger, Row
from options import Options

PAYER_ID = "SIMULATEDBUYR"
PAYER: Row = {
    "name": {"given_name": "Simulated", "surname": "Buyer"},
    "email_address": "buyer@paypal.example",
    "payer_id": PAYER_ID,
    "address": {"country_code": "US"},
}


class Shown:
    def __init__(self, ledger: Ledger, options: Options) -> None:
        self._ledger, self._options = ledger, options

    def link(self, rel: str, path: str, method: str = "GET") -> Row:
        return {"href": self._options.url + path, "rel": rel, "method": method}

    def links(self, order: Row) -> list[Row]:
        path, page = f"/v2/checkout/orders/{order['id']}", f"/checkoutnow?token={order['id']}"
        links = [self.link("self", path)]
        if order["status"] == "PAYER_ACTION_REQUIRED":
            links.append(self.link("payer-action", page))
        elif order["status"] == "CREATED":
            links.append(self.link("approve", page))
        if order["status"] in {"CREATED", "APPROVED"}:
            links.append(self.link("capture", f"{path}/capture", "POST"))
        return links

    def order(self, order: Row, *, minimal: bool = False) -> Row:
        shown = {name: order[name] for name in ("id", "status")} | {"links": self.links(order)}
        is_approved = order["status"] in {"APPROVED", "COMPLETED"}
        if order["has_source"] or is_approved:
            shown["payment_source"] = {"paypal": self._wallet() if is_approved else {}}
        if is_approved:
            shown["payer"] = PAYER
        if minimal and not is_approved:
            return shown
        shown["purchase_units"] = [
            self._unit(order, number, minimal=minimal) for number in range(len(order["units"]))
        ]
        if not minimal:
            shown |= {name: order[name] for name in ("intent", "create_time", "update_time")}
        return shown

    def _wallet(self) -> Row:
        return {
            "email_address": PAYER["email_address"],
            "account_id": PAYER_ID,
            "account_status": "VERIFIED",
            "name": PAYER["name"],
            "address": PAYER["address"],
        }

    def _unit(self, order: Row, number: int, *, minimal: bool) -> Row:
        unit = order["units"][number]
        shown = {"reference_id": unit["reference_id"]} if minimal else dict(unit)
        if minimal and "shipping" in unit:
            shown["shipping"] = unit["shipping"]
        if order["captures"]:
            capture = self._ledger.known("capture", order["captures"][number])
            refunds = [self._ledger.known("refund", refund) for refund in capture["refunds"]]
            shown["payments"] = {"captures": [self.capture(capture)]}
            if refunds:
                shown["payments"]["refunds"] = [self.refund(row) for row in refunds]
        return shown

    def capture(self, capture: Row, *, related: bool = False) -> Row:
        path = f"/v2/payments/captures/{capture['id']}"
        names = ("id", "status", "amount", "invoice_id", "custom_id", "create_time", "update_time")
        shown = {name: capture[name] for name in names if capture[name]} | {
            "final_capture": True,
            "seller_protection": {
                "status": "ELIGIBLE",
                "dispute_categories": ["ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION"],
            },
            "links": [
                self.link("self", path),
                self.link("refund", f"{path}/refund", "POST"),
                self.link("up", f"/v2/checkout/orders/{capture['order']}"),
            ],
        }
        if capture["status"] == "PENDING":
            shown["status_details"] = {"reason": capture["reason"]}
        elif capture["status"] != "DECLINED":
            shown["seller_receivable_breakdown"] = _receivable(capture["amount"])
        if related:
            shown["supplementary_data"] = {"related_ids": {"order_id": capture["order"]}}
            shown["payee"] = capture["payee"]
        return shown

    def refund(self, refund: Row) -> Row:
        names = ["id", "status", "amount", "invoice_id", "custom_id", "note_to_payer"]
        names += ["create_time", "update_time"]
        currency = refund["amount"]["currency_code"]
        return {name: refund[name] for name in names if refund[name]} | {
            "seller_payable_breakdown": {
                "gross_amount": refund["amount"],
                "paypal_fee": money(currency, 0),
                "net_amount": refund["amount"],
                "total_refunded_amount": money(currency, refund["total"]),
            },
            "payer": {
                "email_address": self._options.merchant_email,
                "merchant_id": self._options.merchant_id,
            },
            "links": [
                self.link("self", f"/v2/payments/refunds/{refund['id']}"),
                self.link("up", f"/v2/payments/captures/{refund['capture']}"),
            ],
        }


def _receivable(amount: Row) -> Row:
    currency, gross = amount["currency_code"], minor(amount)
    cost = fee(currency, gross)
    return {
        "gross_amount": amount,
        "paypal_fee": money(currency, cost),
        "net_amount": money(currency, gross - cost),
    }
