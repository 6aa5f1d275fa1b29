"""Refusals in PayPal's words."""

import secrets
from dataclasses import dataclass, field
from typing import Any

ABOUT = "https://developer.paypal.com/api/rest/reference/orders/v2/errors/"
NAMES = {
    400: (
        "INVALID_REQUEST",
        "Request is not well-formed, syntactically incorrect, or violates schema.",
    ),
    401: (
        "AUTHENTICATION_FAILURE",
        "Authentication failed due to missing authorization header, or invalid authentication "
        "credentials.",
    ),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    405: ("METHOD_NOT_SUPPORTED", "The server does not implement the requested HTTP method."),
    409: (
        "RESOURCE_CONFLICT",
        "The server has detected a conflict while processing this request.",
    ),
    415: (
        "UNSUPPORTED_MEDIA_TYPE",
        "The server does not support the request payload's media type.",
    ),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business "
        "validation.",
    ),
    429: ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error has occurred."),
    503: ("SERVICE_UNAVAILABLE", "Service Unavailable."),
}
DESCRIPTIONS = {
    "AMOUNT_MISMATCH": "Should equal item_total + tax_total + shipping + handling + insurance - "
    "shipping_discount - discount.",
    "AUTH_CAPTURE_NOT_ENABLED": "The 'Authorization and Capture' feature is not enabled for the "
    "merchant. Make sure that the recipient of the funds is a verified business account.",
    "CANNOT_BE_NEGATIVE": "Must be greater than or equal to 0.",
    "CANNOT_BE_ZERO_OR_NEGATIVE": "Must be greater than zero. If the currency supports decimals, "
    "only two decimal place precision is supported.",
    "CAPTURE_FULLY_REFUNDED": "The capture has already been fully refunded.",
    "DECIMALS_NOT_SUPPORTED": "Currency does not support decimals. Please refer to "
    "https://developer.paypal.com/docs/api/reference/currency-codes/ for more information.",
    "DECIMAL_PRECISION": "If the currency supports decimals, only two decimal place precision is "
    "supported.",
    "DUPLICATE_INVOICE_ID": "Duplicate Invoice ID detected. To avoid a potential duplicate "
    "transaction your account setting requires that Invoice Id be unique for each transaction.",
    "DUPLICATE_REFERENCE_ID": "`reference_id` must be unique for each `purchase_unit`.",
    "INSTRUMENT_DECLINED": "The instrument presented was either declined by the processor or bank, "
    "or it can't be used for this payment.",
    "INVALID_ARRAY_MAX_ITEMS": "The number of items in an array parameter is too large.",
    "INVALID_ARRAY_MIN_ITEMS": "The number of items in an array parameter is too small.",
    "INVALID_CURRENCY_CODE": "Currency code is invalid or is not currently supported. Please refer "
    "https://developer.paypal.com/docs/api/reference/currency-codes/ for list of supported "
    "currency codes.",
    "INVALID_PARAMETER_SYNTAX": "The value of a field does not conform to the expected format.",
    "INVALID_PARAMETER_VALUE": "The value of a field is invalid.",
    "INVALID_RESOURCE_ID": "Specified resource ID does not exist. Please check the resource ID and "
    "try again.",
    "INVALID_STRING_LENGTH": "The value of a field is either too short or too long.",
    "ITEM_TOTAL_MISMATCH": "Should equal sum of (unit_amount * quantity) across all items for a "
    "given purchase_unit",
    "ITEM_TOTAL_REQUIRED": "If item details are specified (items.unit_amount and items.quantity) "
    "corresponding amount.breakdown.item_total is required.",
    "MALFORMED_REQUEST_JSON": "The request JSON is not well formed.",
    "MISSING_REQUIRED_PARAMETER": "A required field / parameter is missing.",
    "MISSING_SHIPPING_ADDRESS": "The shipping address is required when "
    "`shipping_preference=SET_PROVIDED_ADDRESS`.",
    "MULTI_CURRENCY_ORDER": "Multiple differing values of currency_code are not supported. Entire "
    "Order request must have the same currency_code.",
    "ORDER_ALREADY_CAPTURED": "Order already captured.If 'intent=CAPTURE' only one capture per "
    "order is allowed.",
    "ORDER_NOT_APPROVED": "Payer has not yet approved the Order for payment. Please redirect the "
    "payer to the 'rel':'approve' url returned as part of the HATEOAS links within the Create "
    "Order call or provide a valid payment_source in the request.",
    "PREVIOUS_REQUEST_IN_PROGRESS": "A previous request on this resource is currently in progress. "
    "Please wait for sometime and try again. It is best to space out the initial and the "
    "subsequent request(s) to avoid receiving this error.",
    "REFUND_AMOUNT_EXCEEDED": "The refund amount must be less than or equal to the capture amount "
    "that has not yet been refunded.",
    "REFUND_CAPTURE_CURRENCY_MISMATCH": "Refund must be in the same currency as the capture.",
    "REFUND_NOT_ALLOWED": "Capture cannot be refunded.",
    "TAX_TOTAL_MISMATCH": "Should equal sum of (tax * quantity) across all items for a given "
    "purchase_unit",
    "TAX_TOTAL_REQUIRED": "If item details are specified (items.tax_total and items.quantity) "
    "corresponding amount.breakdown.tax_total is required.",
}


@dataclass
class Answer:
    """What is sent back; `pieces` is a page's bytes when it is not JSON."""

    status: int
    body: Any = None
    page: bytes | None = None
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """Nothing is changed, and PayPal says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status, answer.body)
        self.answer = answer


def detail(issue: str, pointer: str | None = None, value: Any = None) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if pointer is not None:
        told = {"field": pointer, "value": "" if value is None else str(value), "location": "body"}
    return told | {"issue": issue, "description": DESCRIPTIONS.get(issue, issue)}


def error(status: int, *details: dict[str, Any], name: str | None = None) -> Answer:
    usual, message = NAMES.get(status, NAMES[422 if status < 500 else 500])
    body: dict[str, Any] = {"name": name or usual}
    if details:
        body["details"] = list(details)
    anchor = details[0]["issue"] if details else usual
    return Answer(
        status,
        body
        | {
            "message": message,
            "debug_id": secrets.token_hex(7)[:13],
            "links": [{"href": f"{ABOUT}#{anchor}", "rel": "information_link", "method": "GET"}],
        },
    )


def refused(status: int, issue: str, pointer: str | None = None, value: Any = None) -> Refused:
    return Refused(error(status, detail(issue, pointer, value)))


def not_found() -> Refused:
    return refused(404, "INVALID_RESOURCE_ID")
