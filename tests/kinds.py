"""Every kind of page and of htmx answer that the shop has, drawn from the demo's catalogue."""

from collections.abc import Callable
from unittest.mock import patch

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

import demo
from catalog.models import Product, Variant
from dom import HTMX, form, parse
from factories import details
from kinds_of_account import account_pages
from orders import flows
from orders.models import Order

LANGUAGES = {"en": "", "zh-hant": "/zh-hant"}
GONE = 987654321  # an id that no variant has
Answers = dict[str, HttpResponse]


def in_both_languages(every: Callable[[str], Answers], rows: demo.Rows) -> Answers:
    """All of `every`, each under a name like "cart (en)"; the database stays as it was."""
    answers: Answers = {}
    for language in LANGUAGES:
        with transaction.atomic():
            demo.restore(rows)
            found = every(language)
            transaction.set_rollback(True)
        answers |= {f"{name} ({language})": answer for name, answer in found.items()}
    return answers


def pk(sku: str) -> int:
    return Variant.objects.get(sku=sku).pk


def sold_out(sku: str) -> None:
    Variant.objects.filter(sku=sku).update(stock=0)


def every_page(language: str = "en") -> Answers:
    to = LANGUAGES[language]
    return _reading(to) | _cart(to) | _checkout(to) | _orders(to) | account_pages(to) | _trouble(to)


def _reading(to: str) -> Answers:
    visitor = Client()
    return {
        "home": visitor.get(f"{to}/"),
        "category": visitor.get(f"{to}/c/table/"),
        "category with branches": visitor.get(f"{to}/c/tea/"),
        "category filtered": visitor.get(f"{to}/c/tea/?glaze=celadon&available=1&sort=price-up"),
        "category with nothing that fits": visitor.get(f"{to}/c/tea/?max=1"),
        "category refused": visitor.get(f"{to}/c/tea/?min=a+lot&glaze=oat"),
        "search": visitor.get(f"{to}/search/?q=cup"),
        "search that found nothing": visitor.get(f"{to}/search/?q=xylophone"),
        "everything": visitor.get(f"{to}/search/"),
        "more of everything": visitor.get(f"{to}/search/?page=1-2"),
        "content page": visitor.get(f"{to}/pages/about/"),
        "content page with a table": visitor.get(f"{to}/pages/delivery-and-returns/"),
        "product with one option": visitor.get(f"{to}/p/tea-cup/?v=TC-CEL"),
        "product with another picture": visitor.get(f"{to}/p/tea-cup/?v=TC-CEL&picture=2"),
        "product with two options": visitor.get(f"{to}/p/candle/"),
        "product without options": visitor.get(f"{to}/p/vase-moon/"),
        "product made to order": visitor.get(f"{to}/p/tray/"),
        "product sold out": visitor.get(f"{to}/p/whisk/"),
        "product on sale": visitor.get(f"{to}/p/letter-set/"),
        "home of a shopper": shopper().get(f"{to}/"),
        "product refused": shopper().post(f"{to}/cart/add/", _adding("TC-OAT", "0")),
    }


def _adding(sku: str, quantity: str = "1") -> dict[str, str]:
    return {"variant": str(pk(sku)), "quantity": quantity}


def shopper(*skus: str, **more: bool) -> Client:
    """A visitor who has looked around and put these (or a cup and a vase) into the cart."""
    client = Client(**more)
    session = client.session
    seen = ["tea-cup", "bowl", "mug"]
    ids = {product.slug: product.pk for product in Product.objects.filter(slug__in=seen)}
    session["viewed"] = [[ids[slug], 1] for slug in seen]
    session["cart"] = {str(pk(sku)): {"quantity": 1} for sku in skus or ("TC-ASH", "VM-WHT")}
    session.save()
    return client


def _cart(to: str) -> Answers:
    line = f"{to}/cart/lines/{pk('TC-ASH')}/"
    found = {
        "cart empty": Client().get(f"{to}/cart/"),
        "cart": shopper().get(f"{to}/cart/"),
        "cart refused": shopper().post(line, {"quantity": "<b>many</b>"}),
        "cart refused a product that is gone": shopper().post(
            f"{to}/cart/add/", {"variant": GONE, "quantity": "1"}
        ),
    }
    removed = shopper()
    removed.post(f"{line}remove/")
    mixed = shopper("TC-ASH", "SP-CHA")
    sold_out("SP-CHA")
    return found | {
        "cart after a removal": removed.get(f"{to}/cart/"),
        "cart with something set aside": mixed.get(f"{to}/cart/"),
    }


def _checkout(to: str) -> Answers:
    at, steps = shopper(), f"{to}/checkout/"
    typed = details()
    found = {
        "details": at.get(steps),
        "details refused": at.post(steps, {"country_code": "GB", "email": "ada"}),
        "details for Taiwan": at.post(steps, typed | {"country_code": "TW", "show-fields": "1"}),
    }
    at.post(steps, typed)
    found |= {
        "delivery": at.get(f"{steps}delivery/"),
        "delivery refused": at.post(f"{steps}delivery/", {"method": "by-owl"}),
    }
    at.post(f"{steps}delivery/", {"method": "uk-tracked"})
    review = at.get(f"{steps}review/")
    fields = form(parse(review.content.decode()), "/review/").fields
    return found | {
        "review": review,
        "review refused": at.post(f"{steps}review/", fields | {"quote": "another"}),
    }


def placed(to: str = "", sku: str = "TC-ASH", provider: str = "offline") -> Order:
    """An order placed from the first page to the last, as a shopper does."""
    buyer, steps = shopper(sku), f"{to}/checkout/"
    buyer.post(steps, details())
    buyer.post(f"{steps}delivery/", {"method": "uk-tracked"})
    review = parse(buyer.get(f"{steps}review/").content.decode())
    buyer.post(f"{steps}review/", form(review, "/review/").fields | {"provider": provider})
    return Order.objects.latest("pk")


def _orders(to: str) -> Answers:
    paid, expired, cancelled, checked = (spared(placed(to)) for _ in range(4))
    flows.settle(paid.attempts.get().pk)
    Order.objects.filter(pk=expired.pk).update(hold_until=Now())
    flows.expire()
    flows.cancel(cancelled.pk)
    checked.attempts.update(state="capturing")
    orders = {
        "order": placed(to),
        "order to be paid with PayPal": placed(to, provider="paypal"),
        "order being paid": checked,
        "order paid": paid,
        "order expired": expired,
        "order cancelled": cancelled,
    }
    answers = {name: Client().get(f"{to}{at(order)}") for name, order in orders.items()}
    asked = orders["order"]
    answers |= {
        "order about to be cancelled": Client().get(f"{to}{at(asked, 'cancel')}"),
        "order about to be changed": Client().get(f"{to}{at(asked, 'change')}"),
    }
    spared(asked)
    return answers


def at(order: Order, page: str = "detail") -> str:
    with translation.override("en"):
        return order.at(f"orders:{page}")


def spared(order: Order) -> Order:
    """Unpaid orders of one person are capped."""
    Order.objects.filter(pk=order.pk).update(email="spare@example.com", session_hash="")
    return order


def _trouble(to: str) -> Answers:
    strict = Client(enforce_csrf_checks=True)
    add, fields = f"{to}/cart/add/", _adding("TC-OAT")
    return {
        "not found": Client().get(f"{to}/nothing/here/"),
        "from another site": strict.post(add, fields, headers={"Sec-Fetch-Site": "cross-site"}),
        "one more step": strict.post(add, fields),
        "our fault": broken(f"{to}/"),
    }


def broken(address: str) -> HttpResponse:
    """The home page of a shop with a bug in it."""
    with patch("content.views.featured", side_effect=RuntimeError("a bug of ours")):
        return Client(raise_request_exception=False).get(address)


def every_fragment_answer(language: str = "en") -> Answers:
    to = LANGUAGES[language]
    cup = pk("TC-ASH")
    add, line = f"{to}/cart/add/", f"{to}/cart/lines/{cup}/"
    last = shopper("TC-ASH")
    return {
        "a choice": shopper().get(f"{to}/p/candle/?v=CA-AMB-300", headers=HTMX),
        "another picture": shopper().get(f"{to}/p/tea-cup/?v=TC-CEL&picture=2", headers=HTMX),
        "filtered": shopper().get(f"{to}/c/tea/?glaze=celadon", headers=HTMX),
        "not filtered": shopper().get(f"{to}/c/tea/?min=a+lot", headers=HTMX),
        "more of a list": shopper().get(f"{to}/search/?page=1-2", headers=HTMX),
        "suggestions": shopper().get(f"{to}/search/?q=cup", headers=HTMX),
        "no suggestions": shopper().get(f"{to}/search/?q=xylophone", headers=HTMX),
        "added": shopper().post(add, _adding("TC-CEL"), headers=HTMX),
        "not added": shopper().post(add, _adding("TC-CEL", "9"), headers=HTMX),
        "changed": shopper().post(line, {"quantity": "4"}, headers=HTMX),
        "not changed": shopper().post(line, {"quantity": "999"}, headers=HTMX),
        "removed": shopper().post(f"{line}remove/", headers=HTMX),
        "the last removed": last.post(f"{line}remove/", headers=HTMX),
        "cleared": shopper().post(f"{to}/viewed/clear/", headers=HTMX),
    }
