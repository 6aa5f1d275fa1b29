"""A member's orders and addresses, by keys alone, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

import factories
import placing
import steps
from catalog.models import Variant
from members.models import Address
from orders.models import DeliveryMethod, Order, ReturnRequest
from outbox.models import Message
from visiting import PASSWORD, member

EMAIL = "ada@example.com"
FORM = "#account-form"


def sign_in(page, to: str, path: str) -> None:
    page.goto(f"{to}{path}")
    steps.write(page, page.locator("[name=login]"), EMAIL)
    steps.write(page, page.locator("[name=password]"), PASSWORD)
    page.keyboard.press("Enter")
    arrived(page, f"{to}{path}")


def arrived(page, path: str) -> None:
    expect(page).to_have_url(re.compile(rf"{re.escape(path)}(\?.*)?$"))


def follow(page, address: str) -> None:
    steps.press(page, page.locator(f"main a[href='{address}']").first)


def sent(user=None) -> Order:
    """A cup and a mug, paid and on their way."""
    goods = [(Variant.objects.get(sku=sku), 1) for sku in ("TC-ASH", "MG-INK")]
    method = DeliveryMethod.objects.get(code="uk-tracked")
    order = placing.pay(placing.place(*goods, method=method, email=EMAIL, member=user))
    placing.send(order)
    return order


def test_an_address_is_kept_used_and_deleted(page, to):
    user = member(EMAIL)
    sign_in(page, to, "/account/")
    follow(page, f"{to}/account/addresses/")
    follow(page, f"{to}/account/addresses/add/")
    steps.write(page, page.locator("[name=label]"), "Home")
    page.keyboard.press("Enter")  # too early
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("[name=label]")).to_have_value("Home")
    for name in ("name", "street_address", "city", "postal_code"):
        steps.write(page, page.locator(f"[name={name}]"), factories.ADDRESS[name])
    page.keyboard.press("Enter")
    arrived(page, f"{to}/account/addresses/")
    kept = Address.objects.get()
    assert (kept.member, kept.default) == (user, True)
    page.goto(f"{to}/p/mug/")
    steps.press(page, page.locator("#buy-add"))
    steps.count(page, 1)
    page.goto(f"{to}/checkout/")
    expect(page.locator("[name=street_address]")).to_have_value("12 St James's Square")
    steps.press(page, page.locator("#address-kept a").last)
    expect(page.locator("[name=street_address]")).to_have_value("")
    steps.press(page, page.locator("#address-kept a").first)
    steps.press(page, page.locator("main form button.primary"))
    arrived(page, f"{to}/checkout/delivery/")
    page.goto(f"{to}/account/addresses/")
    follow(page, f"{to}/account/addresses/{kept.pk}/delete/")
    steps.press(page, page.locator(f"{FORM} button"))
    arrived(page, f"{to}/account/addresses/")
    assert not Address.objects.exists()


def test_another_country_asks_for_its_fields(page):
    member(EMAIL)
    sign_in(page, "", "/account/addresses/add/")
    steps.write(page, page.locator("[name=label]"), "Family")
    page.locator("#id_country_code").select_option("TW")
    steps.press(page, page.get_by_role("button", name="Show the fields for this country"))
    expect(page.locator("#id_country_area")).to_be_visible()
    expect(page.locator("[name=label]")).to_have_value("Family")


@pytest.mark.parametrize("to", ["", "/zh-hant"])
def test_an_order_is_found_in_the_account_bought_again_and_asked_back(page, to):
    order = sent()  # as a guest
    member(EMAIL)
    sign_in(page, to, "/account/")
    follow(page, f"{to}/orders/")
    steps.press(page, page.locator(f"#order-again-{order.number} button"))
    arrived(page, f"{to}/cart/")
    steps.count(page, 2)
    expect(page.get_by_role("status")).to_contain_text(order.number)
    page.goto(f"{to}/orders/")
    here = f"{to}/orders/{order.number}/"
    follow(page, here)
    arrived(page, here)
    assert order.secret not in page.content()
    follow(page, f"{here}returns/")
    line = order.lines.all()[0]
    steps.press(page, page.locator("#return-form button"))
    expect(page.get_by_role("alert")).to_be_focused()
    steps.write(page, page.locator(f"[name=pieces-{line.pk}]"), "1")
    page.locator(f"[name=reason-{line.pk}]").select_option("damaged")
    steps.write(page, page.locator("[name=note]"), "It has a crack.")
    steps.press(page, page.locator("#return-form button"))
    arrived(page, here)
    expect(page.locator("#return-list")).to_contain_text("It has a crack.")
    assert ReturnRequest.objects.get().lines.get().line == line
    steps.press(page, page.locator("#return-list button"))
    arrived(page, here)
    expect(page.locator("#return-list button")).to_have_count(0)
    assert ReturnRequest.objects.get().state == "withdrawn"


def test_a_guest_finds_an_order_by_mail(page, to):
    order = sent()
    page.goto(f"{to}/cart/")
    steps.press(page, page.locator("footer a[href$='/orders/find/']"))
    steps.write(page, page.locator("[name=number]"), order.number.lower().replace("-", " "))
    steps.write(page, page.locator("main [name=email]"), EMAIL)
    page.keyboard.press("Enter")
    arrived(page, f"{to}/orders/find/asked/")
    mail = Message.objects.get(kind="order_link")
    [link] = re.findall(r"https?://[^/]+(/\S+)", mail.text)
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Byron")


def test_the_name_and_the_language_of_mails_are_changed(page, to):
    user = member(EMAIL)
    sign_in(page, to, "/account/")
    follow(page, f"{to}/account/details/")
    steps.write(page, page.locator("[name=name]"), "Ada Byron")
    page.locator("[name=language]").select_option("zh-hant")
    steps.press(page, page.locator(f"{FORM} button"))
    arrived(page, f"{to}/account/")
    expect(page.locator("main")).to_contain_text("Ada Byron")
    user.refresh_from_db()
    assert (user.name, user.language) == ("Ada Byron", "zh-hant")
