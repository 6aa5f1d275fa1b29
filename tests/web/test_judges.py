"""Other people's judges on every kind of page and every kind of fragment."""

import pytest
from django.conf import settings
from django.test import Client

import factories
import kinds
from catalog.models import Product
from coupons.models import Coupon
from dom import pieces
from judges import WAYS, axe_on_documents, every_kind
from kinds_of_campaigns import campaign_pages
from kinds_of_contact import inbox

# Colours and widths are the same in both languages, and of an element wherever it stands: these
# ways are judged in one language, on as many pages as show everything.
ONE_OF = {"dark": "en", "320px": "zh-hant", "more contrast": "zh-hant"}
SOME = {"home", "cart", "product with two options", "details refused"}
LIST_ITEMS = {"cart-line", "product-card"}


def whole(html: str, language: str) -> str:
    return f'<!doctype html><html lang="{language}"><title>A part</title><body>{html}</body></html>'


def _in(language: str, documents: dict[str, str]) -> dict[str, str]:
    return {name: html for name, html in documents.items() if language_of(name) == language}


def language_of(name: str) -> str:
    return name.rpartition("(")[2].rstrip(")")


def test_the_markup_checker_finds_no_error_in_any_page_or_fragment(nu, pages, fragments):
    documents = {name: answer.content.decode() for name, answer in pages.items()}
    for name, answer in fragments.items():
        for target, html in pieces(answer.content.decode()).items():
            # References lead out of a part, so it is judged for its markup alone.
            documents[f"{name}, #{target}"] = whole(html, language_of(name))
    assert len(documents) > 100
    found = [fault for fault in nu(documents) if ", #" not in fault or "ID" not in fault]
    assert found == []


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_markup_checker_finds_no_error_in_the_pages_that_work_an_order(nu, demo, language):
    editor = Client()
    editor.force_login(factories.user(is_staff=True, is_superuser=True, language=language))
    documents = kinds.deeds(editor) | inbox(editor) | campaign_pages(editor)
    assert len(documents) > 8
    assert nu(documents) == []


def test_the_markup_checker_would_find_an_error(nu):
    assert nu({"bad": whole("<ul><p>no item</p></ul>", "en")})


@pytest.mark.timeout(300)
@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_in_any_page(browser, standing_shop, pages, way):
    documents = {
        name: answer.content.decode()
        for name, answer in pages.items()
        if ONE_OF.get(way, language_of(name)) == language_of(name)
        and (way != "without JavaScript" or name.partition(" (")[0] in SOME)
    }
    if way != "without JavaScript":
        whole = {} if way in ONE_OF else _in("en", documents)
        documents = whole | every_kind(_in(ONE_OF.get(way, "zh-hant"), documents))
    assert axe_on_documents(browser, standing_shop.url, way, documents) == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("language", "way"), [("zh-hant", "light"), *(("en", way) for way in WAYS)]
)
def test_axe_finds_nothing_in_the_admin(browser, standing_shop, demo, language, way):
    order = kinds.placed(codes=kinds.CODES)
    editor = Client()
    login = editor.get("/admin/login/").content.decode()
    editor.force_login(factories.user(is_staff=True, is_superuser=True, language=language))
    product = Product.objects.get(slug="tea-cup")
    paths = ["", "catalog/product/", f"catalog/product/{product.pk}/change/", "orders/order/"]
    paths += [f"orders/order/{order.pk}/change/", "catalog/category/", "content/page/"]
    tea = Coupon.objects.get(code="TEA5")
    paths += ["coupons/coupon/", "coupons/coupon/add/", f"coupons/coupon/{tea.pk}/change/"]
    documents = {path: editor.get(f"/admin/{path}").content.decode() for path in paths}
    documents |= kinds.deeds(editor) | inbox(editor) | campaign_pages(editor)
    documents["login"] = login
    if (language, way) != ("en", "light"):
        documents = every_kind(documents)
    assert axe_on_documents(browser, standing_shop.url, way, documents) == []


def test_axe_would_find_a_fault(browser, standing_shop):
    grey = "<p style='color: #777; background: #888'>grey</p>"
    bad = whole(f"<main><h1>A</h1><input>{grey}</main>", "en")
    for way, rules in {"light": ["label", "color-contrast"], "dark": ["color-contrast"]}.items():
        found = axe_on_documents(browser, standing_shop.url, way, {"bad": bad})
        assert all(any(f": {rule}:" in fault for fault in found) for rule in rules)
    assert settings.STATIC_URL == "/static/"
