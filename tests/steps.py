"""What a person does in a browser: keys alone, and what they then see."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

import dom

MOST = 120  # Tab stops of a page
WHERE = "e => e === document.activeElement ? 'here' : e.isConnected ? 'elsewhere' : 'gone'"


def tab_to(page: Page, target: Locator) -> None:
    element = target.element_handle()  # to look for it anew at each stop costs most of the time
    for _ in range(MOST):
        page.keyboard.press("Tab")
        where = element.evaluate(WHERE)
        if where == "gone":  # another may stand in its place
            element = target.element_handle()
            where = element.evaluate(WHERE)
        if where == "here":
            return
    raise AssertionError(f"Tab never comes to {target}")


def press(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


def write(page: Page, target: Locator, words: str) -> None:
    tab_to(page, target)
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def mark(page: Page) -> None:
    """Leave a mark that only a navigation takes away."""
    page.evaluate("window.stayed = true")


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


def focused(page: Page) -> str:
    """The id of the control that has the focus, or its tag."""
    return page.evaluate("document.activeElement.id || document.activeElement.tagName")


def outline(page: Page) -> list[str]:
    """The tree the browser holds, with what its fields show, as `dom.outline` writes it."""
    fields = page.locator("input:not([type=hidden])").evaluate_all("all => all.map(e => e.value)")
    html = page.evaluate("document.documentElement.outerHTML")
    return [*dom.outline(dom.parse(html)), repr(fields)]


def count(page: Page, pieces: int) -> None:
    expect(page.locator("#cart-badge .count")).to_have_text(str(pieces))


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_contain_text(words)


def is_refused(page: Page) -> None:
    """Error first in the title, the summary there and in focus."""
    expect(page).to_have_title(re.compile("^Error: "))
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("There is a problem")
    expect(summary).to_be_focused()


def is_fine_again(page: Page) -> None:
    expect(page).not_to_have_title(re.compile("^Error: "))
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("[aria-invalid]")).to_have_count(0)


def add(page: Page, address: str, quantity: Any = 1) -> None:
    """Put a variant into the cart; wait until the shop has it."""
    page.goto(address)
    page.locator("#buy-quantity").fill(str(quantity))
    page.locator("#buy-add").click()
    expect(page.get_by_role("status")).to_contain_text("Added")
