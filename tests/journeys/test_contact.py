"""Somebody writes to the shop by keys alone, and an editor answers."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

import factories
from contact.models import Message, Thread
from members.models import User
from outbox.models import Message as Mail
from steps import is_refused, press, tab_to, write

PASSWORD = "seven quiet cups"


@pytest.fixture
def shop(shop_server, demo):
    """A server of its own: the admin remembers content types, and the brake who has written."""
    cache.clear()
    return shop_server()


WORDS = {
    "": {
        "link": "Contact us",
        "send": "Send",
        "sent": "We have your message",
        "wrong": "Enter your email address.",
    },
    "/zh-hant": {
        "link": "聯絡我們",
        "send": "送出",
        "sent": "我們已收到您的訊息",
        "wrong": "請填寫電子郵件。",
    },
}


@pytest.mark.parametrize("to", ["", "/zh-hant"])
def test_a_message_is_written_corrected_and_sent_by_keys_alone(page, to):
    words = WORDS[to]
    page.goto(f"{to}/p/tea-cup/")
    press(page, page.get_by_role("contentinfo").get_by_role("link", name=words["link"]))
    expect(page).to_have_url(re.compile(f"{to}/contact/$"))
    write(page, page.locator("#id_name"), "Ada Byron")
    write(page, page.locator("#id_subject"), "The oat glaze")
    write(page, page.locator("#id_message"), "Is it food safe?")
    page.keyboard.press("Tab")
    press(page, page.get_by_role("button", name=words["send"], exact=True))
    if not to:
        is_refused(page)
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    press(page, summary.get_by_role("link"))
    expect(page.locator("#id_email")).to_be_focused()
    expect(page.locator("#id_message")).to_have_value("Is it food safe?")
    page.keyboard.type("ada@example.com")
    tab_to(page, page.locator("#id_picture"))
    photograph = {"name": "cup.jpg", "mimeType": "image/jpeg"}
    page.locator("#id_picture").set_input_files(photograph | {"buffer": factories.photograph()})
    press(page, page.get_by_role("button", name=words["send"], exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text(words["sent"])
    thread = Thread.objects.get()
    assert thread.language == (to.strip("/") or "en")
    assert thread.first.picture.size > 100
    thread.first.picture.delete()
    page.reload()
    assert Thread.objects.count() == 1


def test_what_is_to_be_left_empty_is_neither_seen_nor_reached(page):
    page.goto("/contact/")
    trap = page.locator("main [name=website]")
    expect(trap).to_have_count(1)
    expect(trap).to_be_hidden()
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.name"))
    assert {"name", "email", "message", "picture"} <= reached
    assert "website" not in reached
    tree = page.locator("main").aria_snapshot()
    assert "Your name" in tree and "Leave this empty" not in tree


def test_an_editor_answers_and_the_answer_is_kept(page):
    User.objects.create_superuser("editor@example.com", PASSWORD)
    page.goto("/contact/")
    for name, words in {"name": "Ada", "email": "ada@example.com"}.items():
        page.locator(f"#id_{name}").fill(words)
    page.locator("#id_subject").fill("The oat glaze")
    page.locator("#id_message").fill("Is it food safe?")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your message")
    page.goto("/admin/")
    page.locator("#id_username").fill("editor@example.com")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.get_by_role("link", name="1 message waits for the shop").click()
    page.get_by_role("link", name="The oat glaze").click()
    page.get_by_role("link", name="Reply").click()
    expect(page.locator("#content")).to_contain_text("Is it food safe?")
    write(page, page.locator("#id_text"), "It is.")
    press(page, page.get_by_role("button", name="Send the answer"))
    expect(page.locator(".messagelist")).to_contain_text("The answer is on its way.")
    expect(page.locator(".from-shop")).to_contain_text("It is.")
    page.get_by_role("link", name="Close letter").click()
    page.get_by_role("button", name="Close letter").click()
    page.goto("/admin/")
    expect(page.locator("body")).to_contain_text("0 messages wait for the shop")
    assert Mail.objects.get(kind="reply").to == "ada@example.com"
    assert Message.objects.filter(from_shop=True).count() == 1
