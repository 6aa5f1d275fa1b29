"""A member's ways by keys alone, with and without JavaScript, in both languages."""

import re

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

import steps
from members.models import User
from visiting import PASSWORD, code_of, mailed_code, member

NEW = "four large pots of tea"
FORM = "#account-form"


def fill(page, **fields: str) -> None:
    """Type into the page's form and press Enter, as one does."""
    for name, words in fields.items():
        steps.write(page, page.locator(f"{FORM} [name={name}]"), words)
    page.keyboard.press("Enter")


def enter_code(page, email: str) -> None:
    expect(page.locator(f"{FORM} [name=code]")).to_be_visible()
    fill(page, code=mailed_code(email))


def arrived(page, path: str) -> None:
    expect(page).to_have_url(re.compile(rf"{re.escape(path)}(\?.*)?$"))


def follow(page, to: str, path: str) -> None:
    steps.press(page, page.locator(f"main a[href='{to}/account/{path}']"))


def sign_out(page, to: str) -> None:
    page.goto(f"{to}/account/")
    steps.press(page, page.locator("#account-sign-out button"))
    arrived(page, f"{to}/account/login/")


def open_account(page, to: str, email: str) -> None:
    page.goto(f"{to}/cart/")
    steps.press(page, page.locator(".account-link"))
    arrived(page, f"{to}/account/login/")
    steps.press(page, page.locator(f"main a[href^='{to}/account/signup/']"))
    fill(page, email=email, password1=PASSWORD)
    enter_code(page, email)
    arrived(page, f"{to}/account/")
    expect(page.locator("main")).to_contain_text(email)


@pytest.mark.parametrize("to", ["", "/zh-hant"])
def test_from_opening_an_account_to_a_new_address(page, to):
    # Codes to one address are few in a minute; the shop's server sees all ways of this test.
    ada, byron = (f"{name}{to.replace('/', '-')}@example.com" for name in ("ada", "byron"))
    open_account(page, to, ada)
    sign_out(page, to)
    follow(page, to, "login/code/")
    fill(page, email=ada)
    enter_code(page, ada)
    arrived(page, f"{to}/account/")
    follow(page, to, "email/")
    fill(page, email=byron)
    arrived(page, f"{to}/account/reauthenticate/")
    fill(page, password=PASSWORD)
    enter_code(page, byron)
    arrived(page, f"{to}/account/")
    expect(page.locator("main")).to_contain_text(byron)
    assert User.objects.get().email == byron
    assert page.locator("html").get_attribute("lang") == ("zh-hant" if to else "en")


def test_an_app_a_recovery_code_and_a_forgotten_password(page, to):
    member("grace@example.com")
    page.goto(f"{to}/account/2fa/")
    fill(page, login="grace@example.com", password=PASSWORD)
    arrived(page, f"{to}/account/2fa/")
    follow(page, to, "2fa/totp/activate/")
    fill(page, password=PASSWORD)
    arrived(page, f"{to}/account/2fa/totp/activate/")
    fill(page, code=code_of(page.locator(".secret").inner_text()))
    arrived(page, f"{to}/account/2fa/recovery-codes/")
    recovery = page.locator(".recovery-codes code").first.inner_text()
    sign_out(page, to)
    follow(page, to, "password/reset/")
    fill(page, email="grace@example.com")
    enter_code(page, "grace@example.com")
    fill(page, password1=NEW)
    arrived(page, f"{to}/account/2fa/authenticate/")
    fill(page, code=recovery)
    arrived(page, f"{to}/account/")
    assert User.objects.get().check_password(NEW)


def test_a_mistake_is_said_kept_and_put_right(page):
    member("kay@example.com")
    page.goto("/account/login/")
    fill(page, login="kay@", password=PASSWORD)
    steps.is_refused(page)
    expect(page.locator("[name=login]")).to_have_value("kay@")
    page.get_by_role("alert").get_by_role("link").first.press("Enter")
    expect(page.locator("[name=login]")).to_be_focused()
    page.goto("/account/login/")
    fill(page, login="kay@example.com", password="wrong")
    steps.is_refused(page)
    fill(page, login="kay@example.com", password=PASSWORD)
    arrived(page, "/account/")


def test_passkeys_are_offered_only_where_the_browser_has_them(page, shop, javascript):
    """At an address of numbers there are none, and without JavaScript there are none."""
    page.goto(shop.url.replace("127.0.0.1", "localhost") + "/account/login/")
    expect(page.locator("#account-passkey")).to_be_visible(visible=javascript)
    page.goto("/account/login/")
    expect(page.locator("#account-passkey")).to_be_hidden()


@pytest.fixture
def device(browser, shop):
    """A window of a browser with a device that holds passkeys, at the shop by its name."""
    url = shop.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=url)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: "Content Security" in said.text and faults.append(said.text))
    protocol = context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    options |= {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    authenticator = protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.refuse = lambda: protocol.send(
        "WebAuthn.setUserVerified", authenticator | {"isUserVerified": False}
    )
    yield page
    context.close()
    assert faults == []


def add_passkey(page, to: str = "") -> None:
    page.goto(f"{to}/account/2fa/webauthn/")
    fill(page, login="mary@example.com", password=PASSWORD)
    follow(page, to, "2fa/webauthn/add/")
    fill(page, password=PASSWORD)
    steps.write(page, page.locator("[name=passkey-name]"), "My phone")
    page.keyboard.press("Enter")
    arrived(page, f"{to}/account/2fa/recovery-codes/")


@pytest.mark.parametrize("to", ["", "/zh-hant"])
def test_a_passkey_is_added_signs_in_alone_and_says_who_one_is(device, to):
    member("mary@example.com")
    add_passkey(device, to)
    assert [str(each) for each in Authenticator.objects.filter(type="webauthn")] == ["My phone"]
    sign_out(device, to)
    steps.press(device, device.locator("#account-passkey button"))
    arrived(device, f"{to}/account/")
    device.goto(f"{to}/account/2fa/webauthn/reauthenticate/")
    steps.press(device, device.locator("#account-passkey button"))
    arrived(device, f"{to}/account/")
    device.goto(f"{to}/account/2fa/webauthn/")
    steps.press(device, device.locator("main a[href$='/remove/']"))
    steps.press(device, device.locator(f"{FORM} button"))
    arrived(device, f"{to}/account/2fa/webauthn/")
    assert not Authenticator.objects.exists()


def test_a_passkey_is_the_second_step_after_a_password(device):
    member("mary@example.com")
    add_passkey(device)
    sign_out(device, "")
    fill(device, login="mary@example.com", password=PASSWORD)
    arrived(device, "/account/2fa/authenticate/")
    steps.press(device, device.locator("#account-passkey button"))
    arrived(device, "/account/")


def test_a_device_that_refuses_is_said_and_other_ways_stay(device):
    member("mary@example.com")
    add_passkey(device)
    sign_out(device, "")
    device.refuse()
    steps.press(device, device.locator("#account-passkey button"))
    expect(device.locator("[data-failed]")).to_be_visible()
    expect(device.locator(FORM)).to_be_visible()
