"""Coupon codes on the cart: plain forms, clear words, and nothing on a GET."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

import factories
from cart.views import GUESSES
from catalog.models import Variant
from coupons.models import Coupon
from dom import HTMX, form, parse, pieces
from shopping import Shopper, leads_to

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _no_guesses():
    cache.clear()


@pytest.fixture
def shopper(client):
    """With goods of £48.00 on the cart."""
    shopper = Shopper(client)
    shopper.add(factories.variant(price=2400), 2)
    return shopper


@pytest.fixture
def codes(client):
    return lambda: dict(client.session).get("coupons", [])


def said(answer):
    """The problem in the summary and beside the field, which are the same words."""
    page = parse(answer.content.decode())
    [link] = page.xpath("//*[@role='alert']//a")
    field = page.get_element_by_id(link.get("href")[1:])
    beside = page.get_element_by_id(field.get("aria-describedby")).text_content()
    assert beside.split(maxsplit=1)[1] == link.text
    assert field.get("aria-invalid") == "true"
    return link.text


def typed(answer):
    return parse(answer.content.decode()).get_element_by_id("cart-coupon-code").get("value")


def summary(answer):
    page = parse(answer.content.decode())
    [found] = page.xpath("//section[@aria-labelledby='cart-summary-heading']")
    return " ".join(found.text_content().split())


# Using a code


@pytest.mark.parametrize("typed", ["TEN", "ten", "  Ten "])
def test_a_code_is_used_and_explained_in_the_totals(shopper, codes, typed):
    factories.coupon("TEN", off="10%", name_en="Welcome, 10% off tea")
    answer = shopper.use(typed)
    assert (answer.status_code, leads_to(answer)) == (303, "/cart/")
    page = shopper.get("/cart/")
    assert "Code TEN is used: Welcome, 10% off tea. Cart has 2 items, total £43.20." in page.text
    assert "Goods £48.00 Welcome, 10% off tea −£4.80 Remove code TEN" in summary(page)
    assert "Total, tax included £43.20" in summary(page)
    assert codes() == ["TEN"]


def test_the_session_holds_the_code_and_nothing_of_its_worth(shopper, client):
    coupon = factories.coupon(off=500)
    shopper.use(coupon)
    assert set(dict(client.session)) == {"cart", "coupons"}
    Coupon.objects.update(amount=100)
    assert "Total, tax included £47.00" in summary(shopper.get("/cart/"))


def test_what_is_posted_beside_the_code_is_ignored(shopper, codes):
    coupon = factories.coupon(off=500, kind="delivery")
    shopper.post(
        "/cart/coupon/", code=coupon.code, kind="order", amount="4800", percentage="10000", total=0
    )
    assert codes() == [coupon.code]
    assert "Total, tax included £48.00" in summary(shopper.get("/cart/"))


def test_a_code_for_the_delivery_says_when_it_counts(shopper):
    coupon = factories.coupon(kind="delivery", off="100%", name_en="Free delivery")
    shopper.use(coupon)
    words = summary(shopper.get("/cart/"))
    assert "Free delivery Counted once you have chosen the delivery." in words
    assert "Total, tax included £48.00" in words


def test_the_same_code_once_more_changes_nothing(shopper, codes):
    coupon = factories.coupon()
    shopper.use(coupon)
    assert shopper.use(coupon).status_code == 303
    assert codes() == [coupon.code]


def test_codes_of_each_kind_go_together(shopper, codes):
    product = Variant.objects.get().product
    all_three = [
        factories.coupon(off="10%"),
        factories.coupon(kind="product", off=800, covers=[product]),
        factories.coupon(kind="delivery", off="100%"),
    ]
    for coupon in all_three:
        assert shopper.use(coupon).status_code == 303
    assert codes() == [coupon.code for coupon in all_three]
    assert "Total, tax included £36.00" in summary(shopper.get("/cart/"))


def test_the_cart_at_a_glance_adds_up(shopper):
    shopper.use(factories.coupon(off="10%"))
    mini = parse(shopper.get("/").text).get_element_by_id("cart-mini").text_content()
    assert "−£4.80" in mini
    assert "£43.20" in mini


# Refusals


def refused_codes():
    """(what is made, what the shopper reads)"""
    hour = timedelta(hours=1)
    unknown = "We do not know this code. Check how it is written."
    return {
        "unknown": (None, unknown),
        "off": ({"active": False}, unknown),
        "not begun": ({"valid_from": timezone.now() + hour}, unknown),
        "expired": ({"valid_until": timezone.now() - hour}, "This code has expired."),
        "used up": ({"limit": 3, "used": 3}, "This code has been used up."),
        "minimum": ({"minimum": 4801}, "This code is for goods of £48.01 or more."),
        "scope": ({"kind": "product"}, "Nothing in your cart goes with this code."),
    }


@pytest.mark.parametrize("case", refused_codes())
def test_a_code_that_cannot_be_used_is_refused_in_words_and_stays_typed(shopper, codes, case):
    more, words = refused_codes()[case]
    if more is not None:
        factories.coupon("SPRING", **more)
    for headers in ({}, HTMX):
        answer = shopper.client.post("/cart/coupon/", {"code": "spring"}, headers=headers)
        assert answer.status_code == 422
        assert words in answer.text
    page = shopper.use("spring")
    assert said(page) == words
    assert typed(page) == "spring"
    assert "<title>Error: Cart" in page.text
    assert codes() == []
    assert "£48.00" in summary(page)


@pytest.mark.parametrize(
    "code", ["", "  ", "x" * 41, "x" * 5000, "<script>", "TEN\0", "ＴＥＮ", "'; DROP TABLE"]
)
def test_what_is_no_code_is_refused_and_escaped(shopper, codes, code):
    factories.coupon("TEN")
    answer = shopper.use(code)
    assert answer.status_code == 422
    assert b"<script>" not in answer.content.split(b'id="main"')[1]
    assert said(answer)
    assert codes() == []


def test_a_second_code_of_a_kind_asks_first_and_then_replaces(shopper, codes):
    factories.coupon("TEN", off="10%")
    factories.coupon("FIVE", off=500, name_en="Five off")
    shopper.use("TEN")
    asked = shopper.use("FIVE")
    assert said(asked) == (
        "Only one code of a kind can be used, and TEN is used already."
        " Apply FIVE once more to use it instead."
    )
    assert codes() == ["TEN"]
    [again] = parse(asked.text).xpath("//form[@id='cart-coupon']")
    fields = dict(again.form_values())
    assert fields["instead"] == "TEN"
    assert shopper.post("/cart/coupon/", **fields).status_code == 303
    assert codes() == ["FIVE"]
    page = shopper.get("/cart/")
    assert "Total, tax included £43.00" in summary(page)
    assert "TEN" not in summary(page)
    assert typed(page) == ""


def test_a_code_that_gives_nothing_any_more_is_replaced_without_a_question(shopper, codes):
    shopper.use(factories.coupon("OLD"))
    Coupon.objects.filter(code="OLD").update(limit=0)
    assert shopper.use(factories.coupon("NEW")).status_code == 303
    assert codes() == ["NEW"]


def limited_to(monkeypatch, guesses):
    monkeypatch.setattr("cart.views.GUESSES", replace(GUESSES, most=guesses))


def test_who_tries_many_unknown_codes_has_to_wait(shopper, codes, monkeypatch):
    limited_to(monkeypatch, 3)
    coupon = factories.coupon()
    for n in range(3):
        assert "We do not know" in said(shopper.use(f"GUESS-{n}"))
    waiting = "Too many unknown codes. Wait ten minutes and try again."
    assert said(shopper.use(coupon)) == waiting
    assert said(Shopper().use("GUESS")) == waiting  # a new session of the same address
    other = Shopper()
    other.add(Variant.objects.get())
    elsewhere = {"code": coupon.code}
    answer = other.client.post("/cart/coupon/", elsewhere, REMOTE_ADDR="192.0.2.7")
    assert answer.status_code == 303
    assert codes() == []


def test_codes_that_are_known_count_as_no_guess(shopper, monkeypatch):
    limited_to(monkeypatch, 1)
    factories.coupon("ENDED", limit=0)
    for _ in range(3):
        assert said(shopper.use("ENDED")) == "This code has been used up."


# Codes that cease to apply


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"active": False}, "This code is no longer valid."),
        ({"limit": 0}, "This code has been used up."),
        ({"valid_until": timezone.now() - timedelta(hours=1)}, "This code has expired."),
        ({"minimum": 9900}, "This code is for goods of £99.00 or more."),
    ],
)
def test_a_code_that_no_longer_applies_stays_with_its_reason_and_gives_nothing(
    shopper, codes, change, words
):
    coupon = factories.coupon()
    shopper.use(coupon)
    Coupon.objects.update(**change)
    page = summary(shopper.get("/cart/"))
    assert words in page
    assert f"Remove code {coupon.code}" in page
    assert "Total, tax included £48.00" in page
    assert codes() == [coupon.code]


def test_a_cart_that_shrinks_below_the_minimum_says_so_and_grows_again(shopper):
    coupon = factories.coupon(minimum=4800)
    shopper.use(coupon)
    line = f"/cart/lines/{Variant.objects.get().pk}/"
    shopper.post(line, quantity=1)
    assert "This code is for goods of £48.00 or more." in summary(shopper.get("/cart/"))
    shopper.post(line, quantity=2)
    assert "Total, tax included £43.20" in summary(shopper.get("/cart/"))


# Taking it back


def test_a_code_is_removed_by_a_button_that_names_it(shopper, codes):
    coupon = factories.coupon()
    shopper.use(coupon)
    removing = form(parse(shopper.get("/cart/").text), "/cart/coupon/remove/")
    for _ in range(2):
        assert shopper.post("/cart/coupon/remove/", **removing.fields).status_code == 303
    assert codes() == []
    page = shopper.get("/cart/")
    assert f"Code {coupon.code} is removed. Cart has 2 items, total £48.00." in page.text
    assert "Goods" not in summary(page)


def test_removing_a_code_that_is_not_there_changes_nothing(shopper, codes):
    coupon = factories.coupon()
    shopper.use(coupon)
    shopper.post("/cart/coupon/remove/", code="OTHER")
    shopper.post("/cart/coupon/remove/")
    assert codes() == [coupon.code]
    assert Shopper().post("/cart/coupon/remove/", code=coupon.code).status_code == 303


# Links


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_link_with_a_code_asks_and_changes_nothing(shopper, codes, method):
    coupon = factories.coupon()
    before = dict(shopper.client.session)
    answer = getattr(shopper.client, method)(f"/cart/coupon/?code={coupon.code}")
    assert answer.status_code == 200
    assert dict(shopper.client.session) == before
    coupon.refresh_from_db()
    assert coupon.used == 0


def test_a_link_begins_no_session(client):
    client.get("/cart/coupon/?code=TEN")
    assert "sessionid" not in client.cookies


def test_the_page_behind_a_link_holds_the_code_in_its_form(shopper, codes):
    factories.coupon("TEN")
    page = shopper.get("/cart/coupon/?code=TEN%22%3E%3Cb%3E")
    assert "<b>" not in page.text.split('id="main"')[1]
    asking = form(parse(shopper.get("/cart/coupon/?code=TEN").text), "/cart/coupon/")
    assert asking.fields["code"] == "TEN"
    assert leads_to(shopper.post(asking.action, **asking.fields)) == "/cart/"
    assert codes() == ["TEN"]


@pytest.mark.parametrize("query", ["", "?code=", "?code=%00", "?code=" + "x" * 5000, "?other=1"])
def test_a_link_with_anything_else_opens_too(client, query):
    assert client.get(f"/cart/coupon/{query}").status_code == 200


def test_before_anything_is_in_the_cart_a_code_waits_there(client, codes):
    shopper = Shopper(client)
    factories.coupon("TEN", minimum=2000, name_en="Ten")
    assert shopper.use("TEN").status_code == 303
    page = shopper.get("/cart/").text
    assert "Your cart is empty." in page
    assert "Remove code TEN" in page
    assert "for goods of" not in page.split('id="main"')[1]
    shopper.add(factories.variant(price=2400))
    assert "Total, tax included £21.60" in summary(shopper.get("/cart/"))


def test_a_refused_code_on_an_empty_cart_begins_no_session(client):
    factories.coupon("ENDED", limit=0)
    for code in ("ENDED", "UNKNOWN"):
        answer = Shopper(client).use(code)
        assert answer.status_code == 422
        assert said(answer)
    assert "sessionid" not in client.cookies


# As fragments


def test_a_swap_brings_the_totals_the_header_and_an_empty_field(shopper):
    factories.coupon("TEN")
    answer = shopper.client.post("/cart/coupon/", {"code": "TEN"}, headers=HTMX)
    found = pieces(answer.content.decode())
    assert {"cart-lines", "cart-mini", "cart-badge", "notices-list"} <= set(found)
    assert "£43.20" in found["cart-lines"]
    assert "£43.20" in found["cart-mini"]
    assert "Code TEN is used" in found["notices-list"]


def test_a_shopper_in_chinese_reads_chinese(client):
    shopper = Shopper(client, "/zh-hant")
    shopper.add(factories.variant(price=2400))
    factories.coupon("TEN", name_zh="全單九折")
    shopper.use("TEN")
    page = shopper.get("/cart/").text
    assert "已使用折扣碼 TEN：全單九折。" in page
    assert "移除折扣碼 TEN" in page
    assert "查無這組折扣碼" in shopper.use("NONE").text
