"""PayPal by redirect, over the official SDK. Orders v2, Payments v2, webhook verification.

The shop never shows a PayPal script: the shopper approves at PayPal's own page. Sandbox, live and
the simulator differ by address and credentials alone.
"""

import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from money.currency import exponent, major
from payments.paypal_client import Client, Issue
from payments.provider import (
    Captured,
    Created,
    Declined,
    Event,
    Forged,
    Money,
    Refunded,
    Refused,
    Seen,
    Stage,
    Unknown,
)

log = logging.getLogger(__name__)

# https://developer.paypal.com/reference/currency-codes/
CURRENCIES = set(
    "AUD BRL CAD CNY CZK DKK EUR HKD HUF ILS JPY MYR MXN TWD NZD NOK PHP PLN GBP SGD SEK CHF "  # noqa: SIM905 a list to be read
    "THB USD".split()
)
WHOLE = {"HUF", "TWD"}  # which PayPal takes without decimals, unlike ISO 4217
LOCALES = {"en": "en-GB", "zh-hant": "zh-TW"}
NAME_LENGTH = 127  # characters of an item's name

STAGES = {"APPROVED": Stage.APPROVED, "COMPLETED": Stage.DONE, "VOIDED": Stage.GONE}
CAPTURES = {
    **dict.fromkeys(("COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"), Money.MOVED),
    "PENDING": Money.PENDING,
}
REFUNDS = {"COMPLETED": Money.MOVED, "PENDING": Money.PENDING}
AGAIN = {"INSTRUMENT_DECLINED", "ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"}
SIGNED = {
    "auth_algo": "PayPal-Auth-Algo",
    "cert_url": "PayPal-Cert-Url",
    "transmission_id": "PayPal-Transmission-Id",
    "transmission_sig": "PayPal-Transmission-Sig",
    "transmission_time": "PayPal-Transmission-Time",
}


class PayPal:
    code = "paypal"
    hold = timedelta(minutes=30)
    redirects = True

    def __init__(self, settings: Mapping[str, str]) -> None:
        """`settings`: base_url, client_id, secret, webhook_id and brand."""
        self.settings = settings

    @cached_property
    def client(self) -> Client:
        keys = ("base_url", "client_id", "secret")
        return Client(*(self.settings[key] for key in keys))

    def takes(self, amount: int, currency: str) -> bool:
        return currency in CURRENCIES and _can_write(amount, currency)

    def create(self, attempt: Any) -> Created:
        body = {
            "intent": "CAPTURE",
            "purchase_units": [purchase_unit(attempt)],
            "payment_source": {"paypal": {"experience_context": self._experience(attempt.order)}},
        }
        try:
            order = self.client.create_order(body, str(attempt.request_id))
        except Issue as issue:
            raise Refused(issue.code) from issue
        return Created(order["id"], _approve_url(order), _payee(order))

    def _experience(self, order: Any) -> dict[str, str]:
        return {
            "brand_name": self.settings["brand"],
            "locale": LOCALES[order.language],
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
            "return_url": order.address_of("orders:return"),
            "cancel_url": order.address_of("orders:detail", cancelled="1"),
        }

    def read(self, attempt: Any) -> Seen:
        try:
            return _seen(self.client.get_order(attempt.provider_order_id))
        except Issue as issue:
            if issue.status != 404:
                raise Unknown(issue.code) from issue
        asked = (attempt.amount, attempt.currency, str(attempt.pk), attempt.payee)
        return Seen(*asked, stage=Stage.GONE)

    def capture(self, attempt: Any) -> Captured:
        # A new id after each refusal: the same one would only repeat PayPal's earlier answer.
        request_id = f"{attempt.request_id}-{attempt.declines}"
        try:
            order = self.client.capture_order(attempt.provider_order_id, request_id)
        except Issue as issue:
            if issue.code in AGAIN:
                raise Declined(issue.code) from issue
            if issue.code != "ORDER_ALREADY_CAPTURED":
                raise Refused(issue.code) from issue
            order = self.client.get_order(attempt.provider_order_id)
        captures = _seen(order).captures
        if not captures:
            raise Unknown("captured, but no capture is shown")
        return captures[0]

    def refund(self, refund: Any) -> Refunded:
        body = {
            "amount": _amount(refund.amount, refund.capture.attempt.currency),
            "custom_id": str(refund.request_id),
        }
        capture_id, request_id = refund.capture.capture_id, str(refund.request_id)
        try:
            return _refunded(self.client.refund_capture(capture_id, body, request_id))
        except Issue as issue:
            raise Refused(issue.code) from issue

    def event(self, headers: Mapping[str, str], body: bytes) -> Event:
        signed = {name: headers.get(header, "") for name, header in SIGNED.items()}
        try:
            event = json.loads(body.decode())  # bytes alone may be UTF-16, which is not passed on
            resource = event["resource"]
            found = Event(str(event["id"]), str(event["event_type"]), *_about(resource))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise Forged("it cannot be read") from error
        if not all(signed.values()):
            raise Forged("it is not signed")
        try:
            genuine = self.client.verify(signed | {"webhook_id": self.settings["webhook_id"]}, body)
        except Issue as issue:
            raise Forged(issue.code) from issue
        if not genuine:
            raise Forged("PayPal has not signed it")
        return found


def purchase_unit(attempt: Any) -> dict[str, Any]:
    """The order as PayPal shows it, from the same integers as the order's page.

    Prices include tax, and PayPal wants the tax of an item for each piece: a line is one item, so
    that nothing has to be divided. The tax within delivery stays within `shipping`. Where PayPal
    takes no decimals, prices that have some leave only the total to be shown.
    """
    order, currency = attempt.order, attempt.currency
    lines = [(line, _shown_tax(line.tax, currency)) for line in order.lines.all()]
    tax = sum(tax for _line, tax in lines)
    parts = {
        "item_total": order.goods - tax,
        "tax_total": tax,
        "shipping": order.delivery_price,
        "discount": order.discount,
        "shipping_discount": order.delivery_discount,
    }
    unit: dict[str, Any] = {
        "invoice_id": order.number,
        "custom_id": str(attempt.pk),
        "amount": _amount(attempt.amount, currency),
    }
    amounts = [*parts.values(), *(line.total for line, _tax in lines)]
    if all(_can_write(amount, currency) for amount in amounts):
        breakdown = {name: _amount(amount, currency) for name, amount in parts.items()}
        unit["amount"]["breakdown"] = breakdown
        unit["items"] = [_item(line, tax, order.language, currency) for line, tax in lines]
    return unit


def _item(line: Any, tax: int, language: str, currency: str) -> dict[str, Any]:
    return {
        "name": f"{line.quantity} × {line.title(language)}"[:NAME_LENGTH],
        "sku": line.sku,
        "quantity": "1",
        "unit_amount": _amount(line.total - tax, currency),
        "tax": _amount(tax, currency),
    }


def _can_write(amount: int, currency: str) -> bool:
    return currency not in WHOLE or not amount % 10 ** exponent(currency)


def _shown_tax(tax: int, currency: str) -> int:
    """A line's tax as PayPal can write it; each is rounded, so that their sum is their sum."""
    one = 10 ** exponent(currency) if currency in WHOLE else 1
    return (tax + one // 2) // one * one


def _amount(amount: int, currency: str) -> dict[str, str]:
    value = major(amount, currency)
    return {
        "currency_code": currency,
        "value": f"{value:.0f}" if currency in WHOLE else f"{value:f}",
    }


def _minor(money: Mapping[str, str]) -> tuple[int, str]:
    """Minor units and currency. Raises ValueError for parts of a minor unit."""
    currency = money["currency_code"]
    amount = Decimal(money["value"]).scaleb(exponent(currency))
    if amount != int(amount):
        raise ValueError(money["value"])
    return int(amount), currency


def _seen(order: Mapping[str, Any]) -> Seen:
    [unit] = order["purchase_units"]
    amount, currency = _minor(unit["amount"])
    payments = unit.get("payments", {})
    return Seen(
        amount,
        currency,
        unit.get("custom_id", ""),
        _payee(order),
        STAGES.get(order["status"], Stage.WAITING),
        [_captured(capture) for capture in payments.get("captures", [])],
        [_refunded(refund) for refund in payments.get("refunds", [])],
    )


def _captured(capture: Mapping[str, Any]) -> Captured:
    money = CAPTURES.get(capture["status"], Money.FAILED)
    return Captured(capture["id"], *_minor(capture["amount"]), money)


def _refunded(refund: Mapping[str, Any]) -> Refunded:
    money = REFUNDS.get(refund["status"], Money.FAILED)
    return Refunded(refund["id"], *_minor(refund["amount"]), money, refund.get("custom_id", ""))


def _payee(order: Mapping[str, Any]) -> str:
    return str(order["purchase_units"][0].get("payee", {}).get("merchant_id", ""))


def _approve_url(order: Mapping[str, Any]) -> str:
    links = {link["rel"]: link["href"] for link in order.get("links", [])}
    url = links.get("payer-action") or links.get("approve") or ""
    if not url.startswith(("https://", "http://")):
        raise Unknown("no address to approve at")
    return str(url)


def _about(resource: Mapping[str, Any]) -> tuple[str, str]:
    """PayPal's number of the order and ours of the attempt, by whichever kind of notice."""
    if "purchase_units" in resource:
        return str(resource["id"]), str(resource["purchase_units"][0].get("custom_id", ""))
    related = resource.get("supplementary_data", {}).get("related_ids", {})
    return str(related.get("order_id", "")), str(resource.get("custom_id", ""))
