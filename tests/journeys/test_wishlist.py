"""Keep something for later by keys alone, with and without JavaScript, in both languages."""

import re

import pytest
from playwright.sync_api import expect

import steps
from visiting import PASSWORD, member
from wishlist.models import Wish

WORDS = {
    "": ("Keep for later", "Move to cart", "Remove", "On your wishlist", "is on your wishlist."),
    "/zh-hant": ("留著以後再看", "移到購物車", "移除", "已在願望清單", "已加入願望清單。"),
}


def keep(page, to, address):
    page.goto(f"{to}{address}")
    steps.press(page, page.get_by_role("button", name=WORDS[to][0]))
    steps.said(page, WORDS[to][-1])


@pytest.mark.parametrize("to", ["", "/zh-hant"])
def test_keep_move_and_remove(page, to, javascript):
    _keep, move, remove, kept, _said = WORDS[to]
    keep(page, to, "/p/tea-cup/?v=TC-CEL")
    if javascript:
        expect(page.get_by_role("link", name=kept)).to_be_visible()
        assert steps.focused(page) == "wishlist-toggle"
        steps.press(page, page.get_by_role("link", name=kept))
    expect(page).to_have_url(re.compile(f"{to}/wishlist/$"))
    keep(page, to, "/p/vase-moon/")
    page.goto(f"{to}/wishlist/")
    lines = page.locator("#wishlist-list li")
    expect(lines).to_have_count(2)
    steps.press(page, page.get_by_role("button", name=move).last)
    expect(lines).to_have_count(1)
    steps.count(page, 1)
    if javascript:
        assert steps.focused(page) in {"wishlist-heading", "H1"}
    steps.press(page, page.locator("#wishlist-list").get_by_role("button", name=remove))
    expect(lines).to_have_count(0)
    steps.count(page, 1)


def test_what_a_guest_has_kept_is_on_the_list_after_signing_in(page, to):
    user = member("mina@example.com")
    keep(page, to, "/p/tea-cup/?v=TC-CEL")
    page.goto(f"{to}/account/login/?next={to}/wishlist/")
    steps.write(page, page.locator("[name=login]"), "mina@example.com")
    steps.write(page, page.locator("[name=password]"), PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"{to}/wishlist/$"))
    expect(page.locator("#wishlist-list li")).to_have_count(1)
    assert Wish.objects.get().member == user
