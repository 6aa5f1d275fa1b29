"""Letters by mail: asked for, confirmed, changed and left, by keys alone, in both languages."""

import re
import secrets

import pytest
from playwright.sync_api import expect

import steps
from letters import link, on_the_list
from newsletter.models import Subscriber, Topic

FIELD, SEND = "#newsletter-email", "#newsletter-send"


@pytest.fixture
def email() -> str:
    """Somebody new: the server counts how many mails it sends to one address."""
    return f"{secrets.token_hex(6)}@example.com"


def ask(page, email):
    steps.write(page, page.locator(FIELD), email)
    page.keyboard.press("Enter")


def follow(page, kind, email):
    """Open the newest link of that kind from the mailbox, as a window without cookies does."""
    page.context.clear_cookies()
    page.goto(link(kind, email))


@pytest.mark.parametrize("to", ["", "/zh-hant"])
def test_from_the_foot_of_a_page_to_leaving(page, to, email, javascript):
    page.goto(f"{to}/cart/")
    if javascript:
        steps.mark(page)
    ask(page, email)
    steps.said(page, "請查看您的信箱" if to else "Please look into your mailbox")
    if javascript:
        assert steps.stayed(page) and steps.focused(page) == "newsletter-email"
        expect(page.locator(FIELD)).to_have_value("")
    else:
        expect(page).to_have_url(re.compile(rf"{to}/newsletter/asked/$"))

    follow(page, "confirm", email)
    assert Subscriber.objects.get().state == "asked"
    steps.press(page, page.locator("#newsletter-confirm button"))
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "您已訂閱" if to else "You are on the list"
    )
    ada = Subscriber.objects.get()
    assert (ada.state, ada.topics.count()) == ("confirmed", Topic.objects.count())

    follow(page, "preferences", email)
    first = page.locator("#newsletter-preferences [name=topics]").first
    steps.tab_to(page, first)
    page.keyboard.press("Space")
    steps.press(page, page.locator("#newsletter-preferences button"))
    expect(page.get_by_role("status")).not_to_be_empty()
    expect(first).not_to_be_checked()
    assert ada.topics.count() == Topic.objects.count() - 1

    follow(page, "leave", email)
    assert Subscriber.objects.get().state == "confirmed"
    steps.press(page, page.locator("#newsletter-leave button"))
    expect(page.locator("#newsletter-leave")).to_have_count(0)
    assert Subscriber.objects.get().state == "left"


def test_from_home_a_mistake_is_said_kept_and_put_right(page, to, email):
    page.goto(f"{to}/")
    page.locator(FIELD).fill("ada@")
    page.locator(FIELD).press("Enter")
    if not to:
        steps.is_refused(page)
    expect(page.locator(FIELD)).to_have_value("ada@")
    page.get_by_role("alert").get_by_role("link").press("Enter")
    expect(page.locator(FIELD)).to_be_focused()
    page.locator(FIELD).fill(email)
    page.keyboard.press("Enter")
    steps.said(page, "請查看您的信箱" if to else "Please look into your mailbox")
    steps.is_fine_again(page)
    assert Subscriber.objects.get().email == email


def test_nobody_comes_upon_the_field_that_is_for_programs(page):
    page.goto("/newsletter/")
    steps.tab_to(page, page.locator(FIELD))
    page.keyboard.press("Tab")
    assert steps.focused(page) == "newsletter-send"
    expect(page.locator("#newsletter-website")).not_to_be_in_viewport(ratio=0.5)


def test_choosing_nothing_is_told_beside_the_choice(page, to, email):
    ada = on_the_list(email, language="zh-hant" if to else "en")
    follow(page, "preferences", email)
    for box in page.locator("#newsletter-preferences [name=topics]").all():
        box.uncheck()
    steps.press(page, page.locator("#newsletter-preferences button"))
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").press("Enter")
    expect(page.locator("#newsletter-topics_0")).to_be_focused()
    assert ada.topics.count() == Topic.objects.count()
