"""Every form of the pages has its operation of the API, or a reason why it has none.

The forms are those of all pages that the shop has, by the routes they are sent to. A new form fails
here until it is in one table or the other.
"""

import json
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import resolve

import access
import factories
import kinds
from api.schema.document import document
from api.schema.hooks import operations
from calling import Caller
from dom import forms, parse
from visiting import member

# Forms that prove to a browser who somebody is; a program has a token for that.
SIGNING_IN = ("account_", "mfa_", "usersessions_")
ONCE_MORE = "asks once more who one is, by a page"
BY_MAIL = "opens by a mailed link, whose page has the one button"
# A form of the pages → the operation that does the same, or why there is none.
TABLE = {
    "cart:add": "addToCart",
    "cart:change": "changeLine",
    "cart:remove": "removeLine",
    "cart:coupon": "useCode",
    "cart:remove_coupon": "removeCode",
    "cart:merge": "merge",
    "cart:undo_merge": "undoMerge",
    "viewed:clear": "clearViewed",
    "wishlist:keep": "keepWish",
    "wishlist:remove": "removeWish",
    "wishlist:move": "moveWish",
    "checkout:address": "placeOrder",
    "checkout:delivery": "placeOrder",
    "checkout:review": "placeOrder",
    "orders:find": "findOrder",
    "orders:pay": "pay",
    "orders:cancel": "cancelOrder",
    "orders:change": "changeOrder",
    "orders:again": "orderAgain",
    "orders:ask-return": "askReturn",
    "orders:withdraw-return": "withdrawReturn",
    "contact:write": "write",
    "newsletter:join": "askForLetters",
    "newsletter:account": "chooseLetters",
    "members:details": "changeAccount",
    "members:address-add": "keepAddress",
    "members:address": "changeAddress",
    "members:address-delete": "removeAddress",
    "members:address-default": "startWithAddress",
}
NONE = {
    **dict.fromkeys(("newsletter:confirm", "newsletter:preferences", "newsletter:leave"), BY_MAIL),
    **dict.fromkeys(("privacy:export", "privacy:erase"), ONCE_MORE),
    **dict.fromkeys(("api-pages:token-add", "api-pages:token-delete"), ONCE_MORE),
}


def posted_to(pages) -> set[str]:
    """The routes of all forms that any page shows."""
    found = set()
    for name, answer in pages.items():
        if not name.endswith("(en)"):
            continue  # the same forms, at addresses of another language
        here = answer.request["PATH_INFO"]
        for each in forms(parse(answer.content.decode())):
            if each.method == "post":
                match = resolve(urlsplit(urljoin(here, each.action or here)).path)
                found.add(match.view_name)
    return found


def test_every_form_of_a_page_has_an_operation_or_a_reason(pages):
    known = {each["operationId"] for each in operations(json.loads(document()))}
    assert set(TABLE.values()) <= known
    found = {key for key in posted_to(pages) if not key.startswith(SIGNING_IN)}
    assert sorted(found - set(TABLE) - set(NONE)) == []
    assert sorted((set(TABLE) | set(NONE)) - found) == [], "a form that is gone"


WRONG = {
    "a quantity of none": (
        lambda to, cup: ("/cart/add/", {"variant": cup, "quantity": 0}),
        lambda cup: ("cart/lines/", {"variant": cup, "quantity": 0}),
    ),
    "too many": (
        lambda to, cup: ("/cart/add/", {"variant": cup, "quantity": 21}),
        lambda cup: ("cart/lines/", {"variant": cup, "quantity": 21}),
    ),
    "more than there is": (
        lambda to, cup: ("/cart/add/", {"variant": cup, "quantity": 9}),
        lambda cup: ("cart/lines/", {"variant": cup, "quantity": 9}),
    ),
    "an unknown code": (
        lambda to, cup: ("/cart/coupon/", {"code": "NOPE"}),
        lambda cup: ("cart/codes/", {"code": "NOPE"}),
    ),
    "no address of mail": (
        lambda to, cup: ("/newsletter/", {"email": "ada"}),
        lambda cup: ("newsletter/", {"email": "ada"}),
    ),
    "an empty message": (
        lambda to, cup: ("/contact/", {"name": "", "email": "", "subject": "", "message": ""}),
        lambda cup: ("contact/", {"name": "", "email": "", "subject": "", "message": ""}),
    ),
    "no order's number": (
        lambda to, cup: ("/orders/find/", {"number": "K7", "email": "ada@example.com"}),
        lambda cup: ("orders/find/", {"number": "K7", "email": "ada@example.com"}),
    ),
    "half an address": (
        lambda to, cup: ("/account/addresses/add/", {"country_code": "GB", "name": ""}),
        lambda cup: ("account/addresses/", {"address": {"country_code": "GB", "name": ""}}),
    ),
    "a language that there is not": (
        lambda to, cup: ("/account/details/", {"name": "Ada", "language": "fr"}),
        lambda cup: ("account/", {"name": "Ada", "language": "fr"}),
    ),
}


@pytest.mark.parametrize("to", ["", "/zh-hant"])
@pytest.mark.parametrize("what", WRONG)
def test_what_a_page_refuses_the_api_refuses_in_the_same_words(db, what, to):
    cache.clear()
    cup, ada = factories.variant(stock=5), member()
    browser = Client()
    browser.force_login(ada)
    path, fields = WRONG[what][0](to, cup.pk)
    page = browser.post(to + path, fields)
    program = Caller(ada, language=to.strip("/"))
    path, body = WRONG[what][1](cup.pk)
    answer = program.call("PATCH" if path == "account/" else "POST", path, body)
    assert page.status_code == answer.status_code == 422
    told = answer.json()
    words = [each["detail"] for each in told.get("errors", [])] or [told["detail"]]
    text = " ".join(parse(page.text).text_content().split())
    for each in words:
        assert each in text, each


def test_the_pages_and_the_api_let_the_same_people_in(demo):
    order = kinds.placed()
    ada = member()
    order.member = ada
    order.save()
    people = {"its member": ada, "another": member("eve@example.com"), "nobody": None}
    for who, person in people.items():
        browser = access.browser_of(person)
        page = browser.get(f"/orders/{order.number}/").status_code
        answer = browser.get(f"/api/v1/orders/{order.number}/").status_code
        assert page == answer == (200 if person == ada else 404), who
