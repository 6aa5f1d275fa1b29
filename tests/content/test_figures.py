"""What a page says of how long something is kept is read from where it holds."""

import json
import re

import pytest
from django.conf import settings
from django.test import Client

import factories
from content import figures
from dom import parse
from services import ROOT
from viewed.views import COOKIE

PRIVACY = next(
    page
    for page in json.loads((ROOT / "ops/demo/pages.json").read_text())
    if page["slug"] == "privacy"
)["text"]
HOLDS = {
    "session_days": ("SESSION_COOKIE_AGE", 11 * 86400, 11),
    "first_view_hours": ("FIRST_VIEW_AGE", 5 * 3600, 5),
    "csrf_weeks": ("CSRF_COOKIE_AGE", 3 * 604800, 3),
    "code_minutes": ("ACCOUNT_LOGIN_BY_CODE_TIMEOUT", 120, 2),
    "order_years": ("ORDERS_KEPT_YEARS", 13, 13),
    "unpaid_days": ("UNPAID_ORDERS_KEPT_DAYS", 17, 17),
    "unproven_days": ("UNPROVEN_ACCOUNTS_KEPT_DAYS", 37, 37),
    "mail_days": ("MAILS_KEPT_DAYS", 19, 19),
    "export_days": ("EXPORTS_KEPT_DAYS", 23, 23),
    "message_days": ("CONTACT_KEPT_DAYS", 29, 29),
    "confirm_days": ("NEWSLETTER_CONFIRM_DAYS", 31, 31),
}


@pytest.mark.parametrize("name", figures.figures())
def test_a_figure_follows_what_it_tells_of(db, settings, name):
    setting, value, shown = HOLDS[name]
    page = factories.content_page(text_en=f"For {{{{ {name} }}}} of them.")
    setattr(settings, setting, value)
    assert f"<p>For {shown} of them.</p>" in Client().get(page.get_absolute_url()).text


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_privacy_page_has_no_figure_of_its_own(language):
    assert figures.unknown(PRIVACY[language]) == []
    assert re.findall(r"\d+", figures.WRITTEN.sub("", PRIVACY[language])) == []
    told = set(figures.WRITTEN.findall(PRIVACY[language]))
    assert told == set(HOLDS) - {"code_minutes"}


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_privacy_page_names_every_cookie_and_no_other(language):
    named = set(re.findall(r"^- `(\w+)`", PRIVACY[language], re.MULTILINE))
    connecting = {settings.SESSION_COOKIE_NAME, settings.SESSION_TURN_COOKIE_NAME}
    assert named == {COOKIE, "messages", settings.CSRF_COOKIE_NAME} | connecting


@pytest.mark.parametrize("to", ["", "/zh-hant"])
def test_it_is_linked_from_the_footer_sign_up_and_checkout(demo, to):
    address = f"{to}/pages/privacy/"
    shopper = Client()
    cup = factories.variant()
    shopper.post(f"{to}/cart/add/", {"variant": cup.pk, "quantity": "1"})
    for path in ("/", "/account/signup/", "/checkout/"):
        page = parse(shopper.get(f"{to}{path}").text)
        assert address in page.xpath("//footer//a/@href"), path
        if path != "/":
            assert address in page.xpath("//main//a/@href"), path


def test_without_such_a_page_nothing_leads_to_it(db):
    assert "/pages/privacy/" not in Client().get("/account/signup/").text


def test_an_editor_cannot_write_a_figure_that_there_is_not(admin_client):
    page = factories.content_page()
    fields = {"slug": page.slug, "position": 0, "title_en": "a", "title_zh": "b", "text_zh": "c"}
    answer = admin_client.post(
        f"/admin/content/page/{page.pk}/change/", fields | {"text_en": "{{ tea_days }}"}
    )
    assert "There is no figure named tea_days." in answer.text
