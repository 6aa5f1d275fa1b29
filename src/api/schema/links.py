"""Which answer leads to which operation, from the cart to the paid order and after."""

from typing import Any


def _to(operation: str, **parameters: str) -> dict[str, Any]:
    return {"operationId": operation, "parameters": parameters}


BODY = "$response.body#"
ORDER = {"number": f"{BODY}/number"}
LINE = {"variant": f"{BODY}/lines/0/id"}
ADDED = {"variant": f"{BODY}/variants/0/id", "quantity": 1}
AGREED = {"seen": f"{BODY}/seen", "provider": f"{BODY}/providers/0"}
STOCK = {"sku": "$request.path.sku", "If-Match": "$response.header.ETag"}
SAME, AGAIN = {"number": "$request.path.number"}, {"provider": f"{BODY}/providers/0"}
OF_AN_ORDER = {
    "read": _to("readOrder", **ORDER),
    "payment": _to("readPayment", **ORDER),
    "pay": _to("pay", **ORDER),
    "settle": _to("settle", **ORDER),
    "cancel": _to("cancelOrder", **ORDER),
    "again": _to("orderAgain", **ORDER),
    "askReturn": _to("askReturn", **ORDER),
}
LINKS: dict[str, dict[str, Any]] = {
    "listProducts": {
        "product": _to("readProduct", slug=f"{BODY}/items/0/slug"),
        "next": _to("listProducts", after=f"{BODY}/items/0/slug"),
    },
    "readProduct": {
        "variant": _to("readVariant", sku=f"{BODY}/variants/0/sku"),
        "add": {"operationId": "addToCart", "requestBody": ADDED},
    },
    "addToCart": {
        "change": _to("changeLine", **LINE),
        "remove": _to("removeLine", **LINE),
        "quote": _to("quote"),
    },
    "quote": {"place": {"operationId": "placeOrder", "requestBody": AGREED}},
    "placeOrder": OF_AN_ORDER,
    "readOrder": OF_AN_ORDER,
    "listOrders": {"read": _to("readOrder", number=f"{BODY}/items/0/number")},
    "readStock": {"change": _to("changeStock", **STOCK)},
    "readPayment": {"pay": {"operationId": "pay", "parameters": SAME, "requestBody": AGAIN}},
    "keepWish": {"move": _to("moveWish", variant=f"{BODY}/items/0/id")},
    "keepAddress": {
        "change": _to("changeAddress", id=f"{BODY}/id"),
        "remove": _to("removeAddress", id=f"{BODY}/id"),
        "default": _to("startWithAddress", id=f"{BODY}/id"),
    },
}
