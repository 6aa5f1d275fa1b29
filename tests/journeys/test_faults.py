"""When htmx, the network or the shop fails, nothing is lost in silence."""

import re

import pytest
from playwright.sync_api import expect

import steps

pytestmark = pytest.mark.parametrize("javascript", [True], ids=["with-javascript"])
CUP = "/p/tea-cup/?v=TC-ASH"
SORRY = "That did not work"


def is_htmx(route) -> bool:
    return "hx-request" in route.request.headers


def test_without_htmx_the_forms_are_sent_by_the_browser(page):
    page.route("**/htmx.min*.js", lambda route: route.abort())
    steps.add(page, CUP, 2)
    expect(page).to_have_url(re.compile(r"/cart/$"))
    steps.count(page, 2)
    page.get_by_role("button", name=re.compile("^Remove")).click()
    expect(page.locator("#cart-lines")).to_contain_text("Your cart is empty.")
    page.goto("/p/tea-cup/")
    page.locator("#choice-glaze-celadon").click()
    expect(page.locator("#product-detail")).to_contain_text("SKU TC-CEL")


def answering(status: int):
    return lambda route: route.fulfill(status=status, body="<h1>Gateway</h1>")


def test_a_change_that_the_shop_cannot_make_is_said_plainly(page):
    for status in (500, 502, 503, 403, 404, 429):
        page.goto(CUP)
        page.locator("#buy-quantity").fill("3")
        page.route("**/cart/add/", answering(status))
        page.locator("#buy-add").click()
        steps.said(page, SORRY)
        expect(page.locator("body")).not_to_contain_text("Gateway")
        expect(page.locator("#buy-quantity")).to_have_value("3")
        assert steps.focused(page) == "buy-add"
        page.unroute("**/cart/add/")
    page.locator("#buy-add").click()
    steps.said(page, "Cart has 3 items")
    expect(page.get_by_role("status")).not_to_contain_text(SORRY)


def test_a_network_that_has_gone_is_said_plainly_and_nothing_is_lost(page):
    page.goto(CUP)
    page.locator("#buy-quantity").fill("3")
    page.context.set_offline(True)
    page.locator("#buy-add").click()
    steps.said(page, SORRY)
    expect(page.locator("#buy-quantity")).to_have_value("3")
    page.context.set_offline(False)
    page.locator("#buy-add").click()
    steps.said(page, "Cart has 3 items")
    steps.count(page, 3)


@pytest.mark.parametrize("failing", ["500", "abort"])
def test_a_choice_whose_fragment_fails_is_followed_as_a_link(page, failing):
    page.goto("/p/tea-cup/")

    def answer(route):
        if not is_htmx(route):
            route.continue_()
        elif failing == "abort":
            route.abort()
        else:
            route.fulfill(status=500, body="no")

    page.route("**/p/tea-cup/?v=TC-CEL", answer)
    page.locator("#choice-glaze-celadon").click()
    expect(page.locator("#product-detail")).to_contain_text("SKU TC-CEL")
    expect(page).to_have_url(re.compile(r"\?v=TC-CEL$"))


def test_a_session_that_has_ended_meanwhile_loses_no_change(page):
    steps.add(page, "/p/mug/")
    page.goto(CUP)
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()
    page.locator("#buy-add").click()
    steps.said(page, "Cart has 1 item,")
    steps.count(page, 1)
