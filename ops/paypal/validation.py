"""What PayPal refuses in an order: first what is not well formed (400), then what does not add
up (422)."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import amounts
from errors import Refused, detail, error, refused

PARTS = {
    **dict.fromkeys(("item_total", "tax_total", "shipping", "handling", "insurance"), 1),
    **dict.fromkeys(("shipping_discount", "discount"), -1),
}
CHOICES = {
    "user_action": {"CONTINUE", "PAY_NOW"},
    "shipping_preference": {"GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"},
    "landing_page": {"LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE", "BILLING"},
    "payment_method_preference": {"UNRESTRICTED", "IMMEDIATE_PAYMENT_REQUIRED"},
}
CATEGORIES = {"DIGITAL_GOODS", "PHYSICAL_GOODS", "DONATION"}
LOCALE = re.compile(r"[a-z]{2}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
QUANTITY = re.compile(r"[1-9][0-9]{0,9}")
COUNTRY = re.compile(r"[A-Z]{2}|C2")

Json = dict[str, Any]


def order(body: Any) -> None:
    """Raise `Refused`, or the order is good."""
    if not isinstance(body, dict):
        raise refused(400, "MALFORMED_REQUEST_JSON")
    required(body, "", "intent", "purchase_units")
    chosen(body, "", "intent", {"CAPTURE", "AUTHORIZE"})
    units = array(body, "", "purchase_units", 1, 10)
    for number, unit in enumerate(units):
        _unit(unit, f"/purchase_units/{number}")
    _context(_experience(body), "/payment_source/paypal/experience_context")
    _context(part(body, "", "application_context"), "/application_context")
    _sums(body, units)


def required(thing: Json, pointer: str, *names: str) -> None:
    for name in names:
        if thing.get(name) in (None, ""):
            raise refused(400, "MISSING_REQUIRED_PARAMETER", f"{pointer}/{name}")


def length(thing: Json, pointer: str, **limits: int) -> None:
    for name, most in limits.items():
        value = thing.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            raise refused(400, "INVALID_PARAMETER_SYNTAX", f"{pointer}/{name}", value)
        if not 1 <= len(value) <= most:
            raise refused(400, "INVALID_STRING_LENGTH", f"{pointer}/{name}", value)


def chosen(thing: Json, pointer: str, name: str, choices: set[str]) -> None:
    if thing.get(name) is not None and thing[name] not in choices:
        raise refused(400, "INVALID_PARAMETER_VALUE", f"{pointer}/{name}", thing[name])


def written(thing: Json, pointer: str, name: str, pattern: re.Pattern[str]) -> None:
    value = thing.get(name)
    if value is not None and not (isinstance(value, str) and pattern.fullmatch(value)):
        raise refused(400, "INVALID_PARAMETER_SYNTAX", f"{pointer}/{name}", value)


def array(thing: Json, pointer: str, name: str, least: int, most: int) -> list[Json]:
    value = thing[name]
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise refused(400, "MALFORMED_REQUEST_JSON", f"{pointer}/{name}")
    if len(value) < least:
        raise refused(400, "INVALID_ARRAY_MIN_ITEMS", f"{pointer}/{name}")
    if len(value) > most:
        raise refused(400, "INVALID_ARRAY_MAX_ITEMS", f"{pointer}/{name}")
    return value


def part(thing: Json, pointer: str, name: str) -> Json:
    value = thing.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise refused(400, "MALFORMED_REQUEST_JSON", f"{pointer}/{name}", value)
    return value


def money(thing: Any, pointer: str) -> None:
    if not isinstance(thing, dict):
        raise refused(400, "MALFORMED_REQUEST_JSON", pointer)
    required(thing, pointer, "currency_code", "value")
    length(thing, pointer, currency_code=3, value=32)
    written(thing, pointer, "value", amounts.VALUE)
    currency, decimals = thing["currency_code"], thing["value"].partition(".")[2]
    if currency not in amounts.CURRENCIES:
        raise refused(422, "INVALID_CURRENCY_CODE", f"{pointer}/currency_code", currency)
    if decimals and not amounts.exponent(currency):
        raise refused(422, "DECIMALS_NOT_SUPPORTED", f"{pointer}/value", thing["value"])
    if len(decimals) > amounts.exponent(currency):
        raise refused(422, "DECIMAL_PRECISION", f"{pointer}/value", thing["value"])


def positive(thing: Any, pointer: str) -> None:
    money(thing, pointer)
    if amounts.minor(thing) <= 0:
        raise refused(422, "CANNOT_BE_ZERO_OR_NEGATIVE", f"{pointer}/value", thing["value"])


def not_negative(thing: Any, pointer: str) -> None:
    money(thing, pointer)
    if amounts.minor(thing) < 0:
        raise refused(422, "CANNOT_BE_NEGATIVE", f"{pointer}/value", thing["value"])


def _unit(unit: Json, pointer: str) -> None:
    required(unit, pointer, "amount")
    length(unit, pointer, reference_id=256, invoice_id=127, custom_id=255)
    length(unit, pointer, description=3000, soft_descriptor=127)
    positive(unit["amount"], f"{pointer}/amount")
    breakdown = part(unit["amount"], f"{pointer}/amount", "breakdown")
    for name in PARTS.keys() & breakdown.keys():
        not_negative(breakdown[name], f"{pointer}/amount/breakdown/{name}")
    if unit.get("items") is not None:
        for number, item in enumerate(array(unit, pointer, "items", 0, 500)):
            _item(item, f"{pointer}/items/{number}")
    length(part(unit, pointer, "payee"), f"{pointer}/payee", email_address=254, merchant_id=13)
    _shipping(part(unit, pointer, "shipping"), f"{pointer}/shipping")


def _item(item: Json, pointer: str) -> None:
    required(item, pointer, "name", "quantity", "unit_amount")
    length(item, pointer, name=127, sku=127, description=4000, url=2048, quantity=10)
    written(item, pointer, "quantity", QUANTITY)
    chosen(item, pointer, "category", CATEGORIES)
    not_negative(item["unit_amount"], f"{pointer}/unit_amount")
    if item.get("tax") is not None:
        not_negative(item["tax"], f"{pointer}/tax")


def _shipping(shipping: Json, pointer: str) -> None:
    length(part(shipping, pointer, "name"), f"{pointer}/name", full_name=300)
    address, pointer = part(shipping, pointer, "address"), f"{pointer}/address"
    if address:
        required(address, pointer, "country_code")
        written(address, pointer, "country_code", COUNTRY)
        length(address, pointer, address_line_1=300, address_line_2=300, postal_code=60)
        length(address, pointer, admin_area_1=300, admin_area_2=120)


def _experience(body: Json) -> Json:
    source = part(body, "", "payment_source")
    paypal = part(source, "/payment_source", "paypal")
    return part(paypal, "/payment_source/paypal", "experience_context")


def _context(context: Json, pointer: str) -> None:
    length(context, pointer, brand_name=127, locale=10)
    written(context, pointer, "locale", LOCALE)
    for name, choices in CHOICES.items():
        chosen(context, pointer, name, choices)
    for name in ("return_url", "cancel_url"):
        url = context.get(name)
        if url is not None and not _is_web_address(url):
            raise refused(400, "INVALID_PARAMETER_SYNTAX", f"{pointer}/{name}", url)


def _is_web_address(url: Any) -> bool:
    return (
        isinstance(url, str)
        and url.isprintable()
        and urlsplit(url).scheme in {"http", "https"}
        and bool(urlsplit(url).netloc)
    )


def _sums(body: Json, units: list[Json]) -> None:
    if body["intent"] == "AUTHORIZE":
        raise refused(422, "AUTH_CAPTURE_NOT_ENABLED", "/intent", "AUTHORIZE")
    names = [unit.get("reference_id", "default") for unit in units]
    if len(set(names)) < len(names):
        raise refused(422, "DUPLICATE_REFERENCE_ID", "/purchase_units")
    if len({found["currency_code"] for unit in units for found in _moneys(unit)}) > 1:
        raise refused(422, "MULTI_CURRENCY_ORDER", "/purchase_units")
    provided = _experience(body).get("shipping_preference") == "SET_PROVIDED_ADDRESS"
    for name, unit in zip(names, units, strict=True):
        pointer = f"/purchase_units/@reference_id=='{name}'"
        if problems := list(_mismatches(unit, pointer)):
            raise Refused(error(422, *problems))
        if provided and not part(unit, pointer, "shipping").get("address"):
            raise refused(422, "MISSING_SHIPPING_ADDRESS", f"{pointer}/shipping/address")


def _moneys(unit: Json) -> Iterator[Json]:
    yield unit["amount"]
    breakdown = unit["amount"].get("breakdown") or {}
    yield from (breakdown[name] for name in PARTS.keys() & breakdown.keys())
    for item in unit.get("items") or []:
        yield item["unit_amount"]
        yield from [item["tax"]] if item.get("tax") else []


def _mismatches(unit: Json, pointer: str) -> Iterator[Json]:
    amount, items = unit["amount"], unit.get("items") or []
    breakdown = amount.get("breakdown") or {}
    yield from _items_total(items, breakdown, f"{pointer}/amount/breakdown")
    if breakdown:
        total = sum(
            sign * amounts.minor(breakdown[name])
            for name, sign in PARTS.items()
            if name in breakdown
        )
        if total != amounts.minor(amount):
            yield detail("AMOUNT_MISMATCH", f"{pointer}/amount/value", amount["value"])


def _items_total(items: list[Json], breakdown: Json, pointer: str) -> Iterator[Json]:
    taxed = [item for item in items if item.get("tax")]
    kinds = [("item_total", "ITEM_TOTAL", "unit_amount", items)]
    kinds += [("tax_total", "TAX_TOTAL", "tax", taxed)]
    for name, issue, price, counted in kinds:
        if not counted:
            continue
        if name not in breakdown:
            yield detail(f"{issue}_REQUIRED", f"{pointer}/{name}")
            continue
        total = sum(amounts.minor(item[price]) * int(item["quantity"]) for item in counted)
        if total != amounts.minor(breakdown[name]):
            yield detail(f"{issue}_MISMATCH", f"{pointer}/{name}/value", breakdown[name]["value"])
