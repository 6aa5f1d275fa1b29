"""Other people's judges on every kind of page and every kind of fragment."""

import pytest
from django.conf import settings
from django.test import Client

import factories
import kinds
from catalog.models import Product
from coupons.models import Coupon
from dom import pieces
from judges import WAYS, axe_on_documents, every_kind, without_scripts
from kinds_of_campaigns import campaign_pages
from kinds_of_contact import inbox

SOME = {"home", "cart", "product with two options", "details refused"}
PARTS = 3
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


@pytest.mark.timeout(400)
@pytest.mark.parametrize("part", range(PARTS))
def test_axe_finds_nothing_in_any_page(browser, pages, part):
    """Each kind of element in all ways and both languages, and each English page in the light."""
    documents = {name: answer.content.decode() for name, answer in pages.items()}
    english, chinese = every_kind(_in("en", documents)), every_kind(_in("zh-hant", documents))
    found = axe_on_documents(browser, _part(english | chinese, part))
    others = {name: html for name, html in _in("en", documents).items() if name not in english}
    assert found + axe_on_documents(browser, _part(others, part), ["light"]) == []


def _part(documents: dict[str, str], part: int) -> dict[str, str]:
    """A test of its own, to be run beside the others."""
    return dict(list(documents.items())[part::PARTS])


def test_axe_finds_nothing_without_javascript(browser, pages):
    documents = {name: answer.content.decode() for name, answer in pages.items()}
    some = {name: html for name, html in documents.items() if name.partition(" (")[0] in SOME}
    assert len(some) == 2 * len(SOME)
    scriptless = {name: without_scripts(html) for name, html in some.items()}
    assert axe_on_documents(browser, scriptless, ["light"]) == []


@pytest.mark.timeout(400)
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_axe_finds_nothing_in_the_admin(browser, demo, language):
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
    every = every_kind(documents)
    if language != "en":
        assert axe_on_documents(browser, every, ["light"]) == []
        return
    others = {name: html for name, html in documents.items() if name not in every}
    found = axe_on_documents(browser, every) + axe_on_documents(browser, others, ["light"])
    scriptless = {name: without_scripts(html) for name, html in every.items()}
    assert found + axe_on_documents(browser, scriptless, ["light"]) == []


def test_axe_would_find_a_fault(browser):
    grey = "<p style='color: #777; background: #888'>grey</p>"
    bad = {"bad": whole(f"<main><h1>A</h1><input>{grey}<a href=x>i</a></main>", "en")}
    found = axe_on_documents(browser, bad)
    for way in WAYS:
        rules = ["color-contrast", *(["label"] if way in {"light", "320px"} else [])]
        assert all(any(f"({way}): {rule}:" in fault for fault in found) for rule in rules)
    assert settings.STATIC_URL == "/static/"
