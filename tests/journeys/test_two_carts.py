"""A guest with a cart signs in to an account that has one: by keys, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

import steps
from cart.cart import Cart
from cart.keepers import Kept, Member
from kinds import pk
from visiting import PASSWORD, member
from web.sessions import SessionStore

EMAIL = "lovelace@example.com"
CUP, MUG = "/p/tea-cup/?v=TC-ASH", "/p/mug/?v=MG-INK"


@pytest.fixture
def ada(shop):
    """Her account has a cup and a mug."""
    ada = member(EMAIL)
    session = SessionStore()
    session.create()
    for sku in ("TC-ASH", "MG-INK"):
        Cart(session, ada).add(pk(sku), 1)
    return ada


def kept(ada):
    return Member(None, ada.pk).read()


def sign_in(page, there):
    page.goto(f"/account/login/?next={there}")
    steps.write(page, page.locator("#account-form [name=login]"), EMAIL)
    steps.write(page, page.locator("#account-form [name=password]"), PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/cart/merge/\?next="))


def use(page):
    steps.press(page, page.locator(".merge .primary"))


def test_both_together_undone_and_then_line_by_line(page, ada):
    steps.add(page, CUP, 2)
    sign_in(page, "/checkout/")
    expect(page.locator("main")).to_contain_text("Until you choose, your account’s cart is in use")
    expect(page.locator("label[for=merge-combine]")).to_contain_text("4 items, £94.00")
    steps.count(page, 2)

    use(page)
    expect(page).to_have_url(re.compile(r"/checkout/$"))
    steps.said(page, "Both carts are one now. Cart has 4 items, total £94.00.")
    assert kept(ada) == Kept({pk("TC-ASH"): 3, pk("MG-INK"): 1})

    steps.press(page, page.locator("#cart-merge-undo"))
    expect(page).to_have_url(re.compile(r"/cart/merge/$"))
    steps.said(page, "Both carts are as they were.")
    steps.count(page, 2)
    assert kept(ada) == Kept({pk("TC-ASH"): 1, pk("MG-INK"): 1})

    steps.tab_to(page, page.locator("#merge-combine"))
    page.keyboard.press("ArrowUp")  # to the last of them
    expect(page.locator("#merge-choose")).to_be_checked()
    steps.tab_to(page, page.locator(f"#merge-line-{pk('MG-INK')}"))
    page.keyboard.press("Space")
    use(page)
    expect(page.locator("label[for=merge-choose]")).to_contain_text("3 items, £72.00")
    expect(page.locator("#merge-choose")).to_be_checked()
    assert kept(ada).count == 2, "a sum that was not shown is not taken"

    use(page)
    steps.said(page, "Your cart has the lines that you chose. Cart has 3 items, total £72.00.")
    steps.count(page, 3)
    assert kept(ada) == Kept({pk("TC-ASH"): 3})

    page.go_back()  # the question is answered
    expect(page).not_to_have_url(re.compile("merge"))
    steps.count(page, 3)


def test_later_and_after_a_change_there_is_no_undo(page, ada):
    steps.add(page, CUP, 2)
    sign_in(page, "/account/email/")
    steps.press(page, page.locator("main").get_by_role("link", name="Choose later"))
    expect(page).to_have_url(re.compile(r"/account/email/$"))
    steps.press(page, page.locator("#cart-merge a"))
    steps.tab_to(page, page.locator("#merge-combine"))
    page.keyboard.press("ArrowDown")
    use(page)
    steps.said(page, "Your account now has this device’s cart. Cart has 2 items, total £48.00.")
    expect(page.locator("#cart-merge-undo")).to_be_visible()
    field = page.locator(f"#cart-quantity-{pk('TC-ASH')}")
    steps.write(page, field, "3")
    page.keyboard.press("Enter")
    steps.count(page, 3)
    expect(page.locator("#cart-merge-undo")).to_have_count(0)
    assert kept(ada) == Kept({pk("TC-ASH"): 3})


def test_signing_in_elsewhere_shows_the_same_cart_and_signing_out_none(page, ada):
    page.goto("/account/login/")
    steps.write(page, page.locator("#account-form [name=login]"), EMAIL)
    steps.write(page, page.locator("#account-form [name=password]"), PASSWORD)
    page.keyboard.press("Enter")
    steps.count(page, 2)
    steps.add(page, MUG, 1)
    steps.count(page, 3)
    page.goto("/account/")
    steps.press(page, page.locator("#account-sign-out button"))
    expect(page.locator("#cart-badge .count")).to_have_count(0)
    page.go_back()
    expect(page.locator("#cart-badge .count")).to_have_count(0)
    assert kept(ada).count == 3
