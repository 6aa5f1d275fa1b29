"""Take one's data along and have it erased, by keys alone, with and without JavaScript."""

import re
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

import factories
import placing
import steps
from members.models import User
from orders import flows
from privacy import making
from visiting import PASSWORD, member

WORDS = {
    "": ("Put my data together", "It is being made.", "Erase my account", "Error: "),
    "/zh-hant": ("整理我的資料", "檔案正在製作", "刪除我的帳戶", "錯誤"),
}


def arrived(page, path):
    expect(page).to_have_url(re.compile(rf"{re.escape(path)}(\?.*)?$"))


def sign_in(page, to, path, email):
    """To a page that asks who it is, and once more."""
    page.goto(f"{to}/account/{path}")
    steps.write(page, page.locator("[name=login]"), email)
    steps.write(page, page.locator("[name=password]"), PASSWORD)
    page.keyboard.press("Enter")
    arrived(page, f"{to}/account/reauthenticate/")
    steps.write(page, page.locator("[name=password]"), PASSWORD)
    page.keyboard.press("Enter")
    arrived(page, f"{to}/account/{path}")


def test_download(page, to, tmp_path):
    ask, being_made, _erase, _error = WORDS[to]
    member("mina@example.com")
    sign_in(page, to, "data/", "mina@example.com")
    steps.press(page, page.get_by_role("button", name=ask))
    expect(page.locator("main")).to_contain_text(being_made)
    making.sweep()
    page.reload()
    with page.expect_download() as download:
        steps.press(page, page.locator(f"main a[href='{to}/account/data/download/']"))
    assert re.fullmatch(r"[\w-]+-\d{4}-\d\d-\d\d\.zip", download.value.suggested_filename)
    download.value.save_as(tmp_path / "data.zip")
    with ZipFile(tmp_path / "data.zip") as zipped:
        assert b"mina@example.com" in zipped.read("data.json")


@pytest.mark.parametrize("to", ["", "/zh-hant"])
def test_erase(page, to):
    _ask, _made, erase, error = WORDS[to]
    user = member("mina@example.com")
    order = placing.place((factories.variant(), 1), member=user)
    sign_in(page, to, "erase/", "mina@example.com")
    expect(page.locator("main")).to_contain_text(order.number)
    expect(page.get_by_role("button", name=erase)).to_have_count(0)
    flows.cancel(order.pk)
    page.reload()
    steps.press(page, page.get_by_role("button", name=erase))
    expect(page).to_have_title(re.compile(f"^{error}"))
    expect(page.get_by_role("alert")).to_be_focused()
    steps.tab_to(page, page.locator("#privacy-sure"))
    page.keyboard.press("Space")
    steps.press(page, page.get_by_role("button", name=erase))
    arrived(page, f"{to}/account/erased/")
    assert not User.objects.filter(pk=user.pk).exists()
    page.goto(f"{to}/account/")
    arrived(page, f"{to}/account/login/")
