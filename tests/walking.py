"""One walk through every operation of the API, from looking around to a parcel that comes back."""

import json
import re
from typing import Any

from django.core.cache import cache
from django.test import Client

import placing
from api.schema.document import document
from calling import Caller, token_of
from catalog.models import Variant
from orders import flows
from orders.models import Order
from visiting import member

Walk = dict[str, dict[str, Any]]


class Walker(Caller):
    """Notes what is asked and answered, by operation."""

    noted: Walk
    names: list[tuple[str, re.Pattern[str], str, str]]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = super().call(method, path, body, **headers)
        assert answer.status_code < 300, (method, path, answer.text)
        name, parameters = self.operation(method, f"/api/v1/{path.partition('?')[0]}")
        told: dict[str, Any] = {"parameters": parameters, "status": answer.status_code}
        if body is not None:
            told["request"] = body
        if answer.content:
            told["response"] = answer.json()
        self.noted.setdefault(name, told)
        return answer

    def operation(self, method: str, path: str) -> tuple[str, dict[str, str]]:
        for known, pattern, name, _template in self.names:
            if known == method and (found := pattern.fullmatch(path)):
                return name, found.groupdict()
        raise AssertionError(f"no operation for {method} {path}")


def walk() -> Walk:
    """Call it with the demo's catalogue in the database."""
    cache.clear()
    schema = json.loads(document())
    names = sorted(
        (
            (method.upper(), _pattern(path), each["operationId"], path)
            for path, methods in schema["paths"].items()
            for method, each in methods.items()
        ),
        key=lambda row: row[3].count("{"),
    )
    noted: Walk = {}

    def walker(*args: Any, **more: Any) -> Walker:
        made = Walker(*args, **more)
        made.names, made.noted = names, noted
        return made

    _looking(walker(client=Client()))
    number = _buying(walker())
    _afterwards(walker, number)
    _account(walker)
    _working(walker)
    return noted


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


def _looking(guest: Walker) -> None:
    guest.get("categories/")
    guest.get("categories/tea/")
    guest.get("products/?q=cup&glaze=celadon&limit=2")
    guest.get("products/tea-cup/")
    guest.get("variants/TC-CEL/")
    guest.get("countries/")
    guest.get("countries/GB/")


def _variant(sku: str) -> Variant:
    return Variant.objects.get(sku=sku)


def _buying(guest: Walker) -> str:
    """Up to an unpaid order; returns its number."""
    guest.post("session/")
    guest.get("session/")
    cup, mug = _variant("TC-OAT"), _variant("MG-INK")
    guest.add(cup, 2)
    guest.put(f"cart/lines/{cup.pk}/", {"quantity": 3})
    guest.add(mug)
    guest.delete(f"cart/lines/{mug.pk}/")
    guest.post("cart/codes/", {"code": "WELCOME10"})
    guest.get("cart/")
    guest.delete("cart/codes/WELCOME10/")
    guest.post("wishlist/", {"variant": mug.pk})
    guest.get("wishlist/")
    guest.post(f"wishlist/{mug.pk}/move/")
    guest.post("wishlist/", {"variant": mug.pk})
    guest.delete(f"wishlist/{mug.pk}/")
    guest.client.get("/p/mug/")
    guest.get("viewed/")
    guest.delete("viewed/")
    number = _placed(guest)
    guest.post("orders/find/", {"number": number, "email": "ada@example.com"})
    guest.post("newsletter/", {"email": "ada@example.com"})
    guest.post(
        "contact/",
        {
            "name": "Ada",
            "email": "ada@example.com",
            "subject": "A cup",
            "message": "Is the glaze food safe?",
        },
    )
    guest.get("orders/")
    guest.get(f"orders/{number}/payment/")
    guest.post(f"orders/{number}/payment/", {"provider": "offline"})
    guest.post(f"orders/{number}/change/")
    number = _placed(guest)
    guest.post(f"orders/{number}/cancel/")
    guest.post(f"orders/{number}/again/")
    return _placed(guest)


def _placed(guest: Walker) -> str:
    asked = {"email": "ada@example.com", "country": "GB", "method": "uk-tracked"}
    seen = guest.post("checkout/quote/", asked).json()["seen"]
    address = {"country_code": "GB", "name": "Ada Byron", "city": "London"}
    address |= {"street_address": "12 St James’s Square", "postal_code": "SW1Y 4JH"}
    order = {"email": "ada@example.com", "address": address, "method": "uk-tracked"}
    order |= {"provider": "offline", "seen": seen}
    return guest.post("checkout/", order).json()["number"]


def _afterwards(walker: Any, number: str) -> None:
    ada = member("ada@example.com", name="Ada Byron")
    order = Order.objects.get(number=number)
    Order.objects.filter(pk=order.pk).update(member=ada)
    flows.settle(order.attempts.last().pk)
    # As if PayPal had taken it: what is settled once more stays as it is.
    order.attempts.filter(state="captured").update(
        provider="paypal", provider_order_id="5O190127TN364715T"
    )
    order.attempts.exclude(state="captured").update(provider_order_id=None)
    mine = walker(ada)
    mine.post(f"orders/{number}/payment/settle/")
    order.attempts.update(provider="offline")
    line = mine.get(f"orders/{number}/").json()["lines"][0]
    asked = {
        "lines": [{"line": line["id"], "quantity": 1, "reason": "damaged"}],
        "note": "It has a crack.",
    }
    back = mine.post(f"orders/{number}/returns/", asked).json()
    mine.post(f"orders/{number}/returns/{back['id']}/withdraw/")


def _account(walker: Any) -> None:
    ada = member("grace@example.com", name="Grace Hopper")
    device = Client()
    device.post("/cart/add/", {"variant": _variant("TC-OAT").pk, "quantity": 1})
    program = walker(token=token_of(ada, "cart", "orders", "account"))
    program.add(_variant("MG-INK"))
    device.force_login(ada)
    browser = walker(client=device)
    seen = browser.get("cart/merge/").json()["seen"]
    browser.post("cart/merge/", {"choice": "combine", "seen": seen})
    browser.delete("cart/merge/")
    program.get("account/")
    program.patch("account/", {"name": "Grace", "language": "en"})
    address = {
        "country_code": "GB",
        "name": "Grace",
        "street_address": "1 High Street",
        "city": "London",
        "postal_code": "SW1Y 4JH",
    }
    home = program.post("account/addresses/", {"address": address, "label": "Home"}).json()["id"]
    program.get("account/addresses/")
    at = f"account/addresses/{home}/"
    program.get(at)
    program.put(at, {"address": address, "label": "Home", "phone": "020 7946 0000"})
    program.post(f"{at}default/")
    program.delete(at)
    topics = [each["id"] for each in program.get("account/letters/").json()["offered"]]
    program.put("account/letters/", {"topics": topics, "language": "en"})
    program.delete("account/letters/")


def _working(walker: Any) -> None:
    packer = member("packer@example.com", is_staff=True, is_superuser=True)
    program = walker(token=token_of(packer, "stock", "fulfilment"))
    version = program.get("staff/variants/TC-CEL/")["ETag"]
    change = {"stock": 40, "price": {"amount": 2600, "currency": "GBP"}}
    program.patch("staff/variants/TC-CEL/", change, **{"If-Match": version})
    order = placing.pay(placing.place((_variant("TC-CEL"), 2)))
    program.get("staff/carriers/")
    program.get("staff/orders/")
    lines = program.get(f"staff/orders/{order.number}/").json()["lines"]
    parcel = {"carrier": "Royal Mail", "tracking": "RM 123 456 789 GB"}
    parcel["lines"] = [{"line": lines[0]["id"], "quantity": 2}]
    program.post(f"staff/orders/{order.number}/parcels/", parcel)
