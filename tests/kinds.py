"""Every kind of page and of htmx answer that the shop has, drawn from the demo's catalogue."""

from collections.abc import Callable
from functools import partial
from unittest.mock import patch

from django.core.cache import cache
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

import demo
from catalog.models import Product, Variant
from dom import HTMX, form, parse
from factories import ADDRESS, coupon, details, user
from kinds_of_account import account_pages
from kinds_of_contact import contact_pages
from kinds_of_letters import letter_fragments, letter_pages
from members.models import Address
from orders import flows
from orders.models import Carrier, Order, Refund
from visiting import member
from writing import picture

LANGUAGES = {"en": "", "zh-hant": "/zh-hant"}
GONE = 987654321  # an id that no variant has
Answers = dict[str, HttpResponse]


def in_language(language: str, every: Callable[[str], Answers], rows: demo.Statements) -> Answers:
    """All of `every`, each under a name like "cart (en)"; the database stays as it was."""
    with transaction.atomic():
        demo.restore(rows)
        found = every(language)
        transaction.set_rollback(True)
    return {f"{name} ({language})": answer for name, answer in found.items()}


def pk(sku: str) -> int:
    return Variant.objects.get(sku=sku).pk


def sold_out(sku: str) -> None:
    Variant.objects.filter(sku=sku).update(stock=0)


def every_page(language: str = "en") -> Answers:
    to = LANGUAGES[language]
    found = _reading(to) | _cart(to) | _wishlist(to) | _checkout(to) | _orders(to)
    found |= account_pages(to) | _orders_of_a_member(to) | _finding(to) | contact_pages(to)
    return found | letter_pages(to) | _trouble(to)


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
        "guide for programs": visitor.get(f"{to}/api/guide/"),
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


def shopper(
    *skus: str, codes: tuple[str, ...] = (), wishes: tuple[str, ...] = (), **more: bool
) -> Client:
    """A visitor who has looked around and put these (or a cup and a vase) into the cart."""
    client = Client(**more)
    session = client.session
    seen = ["tea-cup", "bowl", "mug"]
    ids = {product.slug: product.pk for product in Product.objects.filter(slug__in=seen)}
    session["viewed"] = [[ids[slug], 1] for slug in seen]
    session["cart"] = {str(pk(sku)): {"quantity": 1} for sku in skus or ("TC-ASH", "VM-WHT")}
    if codes:
        session["coupons"] = list(codes)
    if wishes:
        session["wishlist"] = [pk(sku) for sku in wishes]
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
    found |= _cart_with_codes(to)
    found |= _two_carts(to)
    removed = shopper()
    removed.post(f"{line}remove/")
    mixed = shopper("TC-ASH", "SP-CHA")
    sold_out("SP-CHA")
    return found | {
        "cart after a removal": removed.get(f"{to}/cart/"),
        "cart with something set aside": mixed.get(f"{to}/cart/"),
    }


def _two_carts(to: str) -> Answers:
    """A cup and a vase here, cups and a mug in the account; one code of a kind too many."""
    ada = member("two@example.com")
    elsewhere = Client()
    elsewhere.force_login(ada)
    for sku, quantity in {"TC-ASH": "12", "MG-INK": "1"}.items():
        elsewhere.post("/cart/add/", _adding(sku, quantity))
    elsewhere.post("/cart/coupon/", {"code": "WELCOME10"})
    device = shopper("TC-ASH", "VM-WHT", codes=("SPRING",))
    device.force_login(ada)
    merge = f"{to}/cart/merge/"
    asks = device.get(merge)
    fields = form(parse(asks.content.decode()), merge).fields
    found = {
        "two carts": asks,
        "two carts refused": device.post(merge, {"choice": "", "was": "combine:1:1"}),
        "two carts line by line": device.get(merge, {"choice": "choose", "line": pk("VM-WHT")}),
        "cart while another waits": device.get(f"{to}/cart/"),
    }
    device.post(merge, fields | {"choice": "combine"})
    return found | {"cart out of two": device.get(f"{to}/cart/")}


WISHES = ("TC-CEL", "SP-CHA")


def _wishlist(to: str) -> Answers:
    gone = shopper(wishes=WISHES)
    session = gone.session
    session["wishlist"] += [GONE]
    session.save()
    short = shopper("VM-WHT", wishes=("VM-WHT",))
    return {
        "wishlist refused by the cart": short.post(f"{to}/wishlist/{pk('VM-WHT')}/move/"),
        "wishlist empty": Client().get(f"{to}/wishlist/"),
        "wishlist": shopper(wishes=WISHES).get(f"{to}/wishlist/"),
        "wishlist with something gone": gone.get(f"{to}/wishlist/"),
        "wishlist refused": shopper(wishes=WISHES).post(f"{to}/wishlist/{GONE}/move/"),
        "product on the wishlist": shopper(wishes=WISHES).get(f"{to}/p/tea-cup/?v=TC-CEL"),
    }


CODES = ("TEA5", "WELCOME10", "POST")  # the demo's: for products, the order, the delivery


def _cart_with_codes(to: str) -> Answers:
    coupon("SPRING", off=300)
    coupon("SUMMER", minimum=100_000)
    waiting, use = Client(), f"{to}/cart/coupon/"
    waiting.post(use, {"code": "WELCOME10"})
    return {
        "cart with codes": shopper(codes=CODES).get(f"{to}/cart/"),
        "cart with codes that give nothing": shopper(codes=("SUMMER", "GONE")).get(f"{to}/cart/"),
        "cart empty with a code": waiting.get(f"{to}/cart/"),
        "cart refused a code": shopper().post(use, {"code": "<b>no</b>"}),
        "cart empty refused a code": Client().post(use, {"code": "no"}),
        "cart asks about another code": shopper(codes=CODES).post(use, {"code": "SPRING"}),
        "a code by link": Client().get(f"{use}?code=WELCOME10"),
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
    coupon("AUTUMN", limit=0)
    session = at.session
    session["coupons"] = [*CODES, "AUTUMN"]
    session.save()
    return found | {
        "review": review,
        "review with codes": at.get(f"{steps}review/"),
        "review refused": at.post(f"{steps}review/", fields | {"quote": "another"}),
    }


def placed(
    to: str = "",
    *skus: str,
    provider: str = "offline",
    codes: tuple[str, ...] = (),
) -> Order:
    """An order placed from the first page to the last, as a shopper does."""
    buyer, steps = shopper(*(skus or ("TC-ASH",)), codes=codes), f"{to}/checkout/"
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
        "order with codes": spared(placed(to, codes=CODES)),
        "order to be paid with PayPal": placed(to, provider="paypal"),
        "order being paid": checked,
        "order paid": paid,
        "order expired": expired,
        "order cancelled": cancelled,
        "order sent in part": sent_in_part(to),
        "order refunded": refunded(to),
    }
    answers = {name: Client().get(f"{to}{at(order)}") for name, order in orders.items()}
    asked = orders["order"]
    answers |= {
        "order about to be cancelled": Client().get(f"{to}{at(asked, 'cancel')}"),
        "order about to be changed": Client().get(f"{to}{at(asked, 'change')}"),
    }
    spared(asked)
    back = orders["order refunded"]
    answers["invoice"] = Client().get(f"{to}{at(back, 'invoice')}")
    with patch("orders.pdf.can_be_made", return_value=False):
        answers["no PDF"] = Client().get(f"{to}{at(back, 'invoice-pdf')}")
    return answers


def _orders_of_a_member(to: str) -> Answers:
    """What is asked back, refused and ordered again, without the secret in any address."""
    ada = Client()
    grace = user("grace@example.com", name="Grace")
    ada.force_login(grace)
    Address.objects.keep(grace, dict(ADDRESS), label="Home")
    sent = spared(sent_in_part(to))
    Order.objects.filter(pk=sent.pk).update(member=grace)
    here = f"{to}/orders/{sent.number}/"
    found = {"return": ada.get(f"{here}returns/"), "return refused": ada.post(f"{here}returns/")}
    for n, line in enumerate(sent.lines.all()):
        asked = flows.ask_return(sent.pk, {line.pk: (1, "damaged")}, "It has a crack.")
        if not n:
            flows.refuse_return(asked.pk, "It was worn.")
    Variant.objects.filter(sku="MG-INK").update(active=False)
    return found | {
        "orders of a member": ada.get(f"{to}/orders/"),
        "order of a member, asked back": ada.get(here),
        "invoice of a member": ada.get(f"{here}invoice/"),
        "cart with an order again": ada.post(f"{here}again/", follow=True),
        "details of a member": ada.get(f"{to}/checkout/"),
    }


def _finding(to: str) -> Answers:
    find = f"{to}/orders/find/"
    return {
        "find an order": Client().get(find),
        "find an order refused": Client().post(find, {"number": "K7", "email": "ada"}),
        "find an order too often": _too_often(find),
        "find an order asked": Client().get(f"{find}asked/"),
    }


def _too_often(find: str) -> HttpResponse:
    cache.clear()
    told = {"number": "K7QM-3F9T", "email": "ada@example.com"}
    *_answers, last = [Client().post(find, told) for _ in range(6)]
    cache.clear()
    return last


def at(order: Order, page: str = "detail") -> str:
    with translation.override("en"):
        return order.at(f"orders:{page}")


def spared(order: Order) -> Order:
    """Unpaid orders of one person are capped."""
    Order.objects.filter(pk=order.pk).update(email="spare@example.com", session_hash="")
    return order


def sent_in_part(to: str = "") -> Order:
    """Paid; the cup is on its way, the mug is not yet."""
    order = placed(to, "TC-ASH", "MG-INK")
    flows.settle(order.attempts.get().pk)
    cup = order.lines.get(sku="TC-ASH")
    carrier = Carrier.objects.get(name="Royal Mail")
    flows.ship(order.pk, {cup.pk: 1}, carrier, "RM 123 456 789 GB")
    return order


def refunded(to: str = "") -> Order:
    order = sent_in_part(to)
    mug = order.lines.get(sku="MG-INK")
    owed = flows.refund(order.pk, {mug.pk: 1}, delivery=100, restock={mug.pk})
    flows.send_refund(owed.pk)
    return order


def deeds(editor: Client) -> dict[str, str]:
    """The pages of the admin that work an order, for an editor who may do all."""
    unpaid, sent, back = placed(), sent_in_part(), refunded()
    back.record("mismatch")
    cup = back.lines.get(sku="TC-ASH")
    flows.ask_return(back.pk, {cup.pk: (1, "damaged")}, "It has a crack.")
    Refund.objects.update(state="failed")
    asked = {unpaid: ["receive", "cancel"], sent: ["change", "ship", "refund", "payments"]}
    asked[back] = ["change", "retry", "by-hand", "look", "payments", "accept-return"]
    asked[back] += ["refuse-return"]
    found = {
        f"{code} {order.pk}": editor.get(f"/admin/orders/order/{order.pk}/{code}/")
        for order, codes in asked.items()
        for code in codes
    }
    work = f"/admin/orders/order/{sent.pk}/"
    found["ship refused"] = editor.post(f"{work}ship/", {})
    page = parse(editor.get(f"{work}refund/?all=1").content.decode())
    found["refund asked"] = editor.post(f"{work}refund/", form(page, "/refund/").fields)
    found["refuse refused"] = editor.post(f"/admin/orders/order/{back.pk}/refuse-return/", {})
    person = "/admin/privacy/export/"
    found["person"] = editor.get(person)
    found["person refused"] = editor.post(person, {"email": "ada"})
    found["person looked up"] = editor.post(person, {"email": "ada@example.com", "deed": "look"})
    found["person asked"] = editor.post(person, {"email": "spare@example.com", "deed": "erase"})
    found["attention"] = editor.get("/admin/orders/order/?attention=1")
    assert {answer.status_code for answer in found.values()} == {200, 422}
    return {name: answer.content.decode() for name, answer in found.items()}


def _trouble(to: str) -> Answers:
    strict = Client(enforce_csrf_checks=True)
    add, fields = f"{to}/cart/add/", _adding("TC-OAT")
    return {
        "not found": Client().get(f"{to}/nothing/here/"),
        "from another site": strict.post(add, fields, headers={"Sec-Fetch-Site": "cross-site"}),
        "order not found": Client().get(f"{to}/orders/3333-3333/"),
        "one more step": strict.post(add, fields),
        "one more step with a file": strict.post(f"{to}/contact/", {"picture": picture()}),
        "one more step with a password": strict.post(f"{to}/account/login/", {"password": "x"}),
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
    return (
        {
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
            "code used": shopper().post(f"{to}/cart/coupon/", {"code": "welcome10"}, headers=HTMX),
            "code not used": shopper().post(f"{to}/cart/coupon/", {"code": "no"}, headers=HTMX),
            "code removed": shopper(codes=CODES).post(
                f"{to}/cart/coupon/remove/", {"code": "TEA5"}, headers=HTMX
            ),
            "cleared": shopper().post(f"{to}/viewed/clear/", headers=HTMX),
        }
        | _wishlist_answers(to)
        | letter_fragments(to)
    )


def _wishlist_answers(to: str) -> Answers:
    at, cup = f"{to}/wishlist/", pk("TC-CEL")
    on_page = {"from-product": "1", "variant": str(cup)}
    wisher = partial(shopper, wishes=WISHES)
    return {
        "kept": shopper().post(f"{at}keep/", on_page, headers=HTMX),
        "kept no longer": wisher().post(f"{at}{cup}/remove/", on_page, headers=HTMX),
        "off the wishlist": wisher().post(f"{at}{cup}/remove/", headers=HTMX),
        "moved to the cart": wisher().post(f"{at}{cup}/move/", headers=HTMX),
        "not moved": wisher().post(f"{at}{GONE}/move/", headers=HTMX),
    }
