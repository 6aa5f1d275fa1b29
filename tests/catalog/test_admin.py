"""An editor adds and changes products in the admin."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

import factories
from cache.versions import RENEWALS
from catalog import tasks
from catalog.forms import VariantForm
from catalog.models import Picture, Product, Variant
from dom import parse

pytestmark = [pytest.mark.django_db, pytest.mark.whole]


@pytest.fixture
def editor(client):
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def form(**more):
    """What the form of a new product posts."""
    fields = {
        "name_en": "Gaiwan",
        "name_zh": "蓋碗",
        "slug": "gaiwan",
        "category": factories.category().pk,
        "tax_class": factories.tax_class().pk,
        "text_en": "A lidded bowl.",
        "text_zh": "有蓋的碗。",
        "active": "on",
        "position": "0",
        "variants-0-sku": "GAIWAN-1",
        "variants-0-price": "32.00",
        "variants-0-stock": "4",
        "variants-0-weight": "300",
        "variants-0-position": "0",
        "variants-0-active": "on",
    }
    for prefix, total in {"options": 0, "variants": 1, "pictures": 0}.items():
        fields |= {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": 0}
    return fields | more


def photograph(name="gaiwan.jpg", content=b""):
    return {
        "pictures-TOTAL_FORMS": 1,
        "pictures-0-image": SimpleUploadedFile(name, content or factories.photograph()),
        "pictures-0-alt_en": "A white gaiwan",
        "pictures-0-alt_zh": "白蓋碗",
        "pictures-0-position": "0",
    }


def errors(answer):
    found = answer.context["errors"] if answer.context else []
    return [str(words) for group in found for words in group]


def test_a_new_product_is_in_the_shop(editor):
    assert editor.get("/admin/catalog/product/add/").status_code == 200
    answer = editor.post("/admin/catalog/product/add/", form(**photograph()))
    assert answer.status_code == 302, errors(answer)
    product = Product.objects.get()
    assert product.variants.get().price == 3200
    page = editor.get("/zh-hant/p/gaiwan/").text
    assert "蓋碗" in page
    assert "£32.00" in page
    assert 'alt="白蓋碗"' in page


def test_saving_asks_for_the_renditions(editor, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        editor.post("/admin/catalog/product/add/", form(**photograph()))
    assert len([each for each in callbacks if each not in RENEWALS.values()]) == 1
    tasks.render.run(Picture.objects.get().pk)
    assert Picture.objects.get().digest


def test_a_name_with_a_path_stays_in_its_folder(editor):
    editor.post("/admin/catalog/product/add/", form(**photograph("../../../evil.jpg")))
    path = Path(Picture.objects.get().image.path)
    assert path.parent == Path(settings.MEDIA_ROOT) / "pictures"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cup.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("cup.jpg", b"garbage"),
        ("cup.gif", factories.photograph(kind="GIF")),
    ],
)
def test_a_file_that_is_no_photograph_is_told_and_nothing_is_saved(editor, name, content):
    answer = editor.post("/admin/catalog/product/add/", form(**photograph(name, content)))
    assert answer.status_code == 200
    assert errors(answer)
    assert not Product.objects.exists()


@pytest.mark.parametrize("missing", ["alt_en", "alt_zh"])
@pytest.mark.parametrize("words", ["", "   "])
def test_a_picture_must_be_described_in_both_languages(editor, missing, words):
    described = photograph() | {f"pictures-0-{missing}": words}
    answer = editor.post("/admin/catalog/product/add/", form(**described))
    assert answer.status_code == 200
    assert errors(answer) == ["This field is required."]
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"variants-0-price": "-1"},
        {"variants-0-stock": "-1"},
        {"variants-0-compare_at": "32.00"},
        {"variants-0-sku": "no capitals"},
        {"slug": "not a slug"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_cannot_be_is_told_and_nothing_is_saved(editor, wrong):
    answer = editor.post("/admin/catalog/product/add/", form(**wrong))
    assert answer.status_code == 200
    assert errors(answer)
    assert not Product.objects.exists()


def test_only_the_products_own_choices_are_offered(editor):
    product, other = factories.product(), factories.product()
    factories.variant(product, values=factories.option(product, "glaze", "celadon"))
    factories.option(other, "size", "huge")
    page = editor.get(f"/admin/catalog/product/{product.pk}/change/").text
    assert "Celadon" in page
    assert "Huge" not in page


@pytest.mark.whole
def test_every_page_of_the_admin_opens(editor):
    from django.contrib import admin

    factories.picture(factories.variant().product)
    for model in admin.site._registry:
        name = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert editor.get(name).status_code == 200, name
        assert editor.get(f"{name}add/").status_code in {200, 403}, name


class TestStock:
    """Shoppers buy while an editor's form is open."""

    @pytest.fixture
    def variant(self):
        return factories.variant(stock=5, weight=300)

    def address(self, variant):
        return f"/admin/catalog/product/{variant.product_id}/change/"

    def opened(self, editor, variant):
        """What the form of the variant's product would post."""
        page = parse(editor.get(self.address(variant)).text)
        fields = dict(page.get_element_by_id("product_form").form_values())
        assert fields["variants-0-id"] == str(variant.pk)
        return {name: value or "" for name, value in fields.items()}

    def stock(self, variant):
        return Variant.objects.get(pk=variant.pk).stock

    @pytest.mark.parametrize("more", [{}, {"variants-0-price": "19.00"}], ids=["text", "price too"])
    @pytest.mark.parametrize("also", [{}, {"variants-0-stock": "5"}], ids=["as shown", "forged"])
    def test_a_form_opened_before_a_sale_brings_no_sold_piece_back(
        self, editor, variant, more, also
    ):
        fields = self.opened(editor, variant)
        assert Variant.objects.take(variant.pk, 3)
        answer = editor.post(
            self.address(variant), fields | {"text_en": "A better cup."} | more | also
        )
        assert answer.status_code == 302, errors(answer)
        assert self.stock(variant) == 2
        saved = Variant.objects.get(pk=variant.pk)
        assert saved.product.text_en == "A better cup."
        assert saved.price == (1900 if more else variant.price)

    def test_a_sale_while_the_form_is_saved_is_kept(self, editor, variant, monkeypatch):
        clean = VariantForm.clean

        def sell_meanwhile(form):
            assert Variant.objects.take(variant.pk, 3)
            return clean(form)

        fields = self.opened(editor, variant) | {"variants-0-price": "19.00"}
        monkeypatch.setattr(VariantForm, "clean", sell_meanwhile)
        answer = editor.post(self.address(variant), fields)
        assert answer.status_code == 302, errors(answer)
        assert self.stock(variant) == 2
        assert Variant.objects.get(pk=variant.pk).price == 1900

    @pytest.mark.parametrize(
        ("before", "pieces", "after"),
        [(5, "4", 9), (5, "-1", 4), (5, "-5", 0), (5, "", 5), (None, "4", 4), (None, "", None)],
    )
    def test_restocking_changes_it_by_pieces(self, editor, variant, before, pieces, after):
        Variant.objects.update(stock=before)
        fields = self.opened(editor, variant) | {"variants-0-restock": pieces}
        answer = editor.post(self.address(variant), fields)
        assert answer.status_code == 302, errors(answer)
        assert self.stock(variant) == after

    def test_restocking_adds_to_what_the_sale_has_left(self, editor, variant):
        fields = self.opened(editor, variant) | {"variants-0-restock": "4"}
        assert Variant.objects.take(variant.pk, 3)
        assert editor.post(self.address(variant), fields).status_code == 302
        assert self.stock(variant) == 6

    @pytest.mark.parametrize(("before", "pieces"), [(5, "-6"), (None, "-1")])
    def test_taking_away_more_than_there_is_is_told_and_changes_nothing(
        self, editor, variant, before, pieces
    ):
        Variant.objects.update(stock=before)
        fields = self.opened(editor, variant)
        answer = editor.post(
            self.address(variant),
            fields | {"variants-0-restock": pieces, "variants-0-price": "19.00"},
        )
        assert answer.status_code == 200
        assert errors(answer) == ["There are not that many to take away."]
        assert self.stock(variant) == before
        assert Variant.objects.get(pk=variant.pk).price == variant.price

    def test_a_new_variant_begins_with_the_stock_that_was_typed(self, editor):
        editor.post("/admin/catalog/product/add/", form())
        assert Variant.objects.get().stock == 4


def test_a_price_is_written_and_shown_as_people_write_it(editor):
    variant = factories.variant(price=2450, compare_at=2900)
    address = f"/admin/catalog/product/{variant.product_id}/change/"
    page = parse(editor.get(address).text)
    shown = {
        name: page.xpath("//input[@name=$name]/@value", name=f"variants-0-{name}")
        for name in ("price", "compare_at")
    }
    assert shown == {"price": ["24.50"], "compare_at": ["29.00"]}


@pytest.mark.parametrize("price", ["", "free", "-1", "1.234", "1e3"])
def test_what_is_no_price_is_told_and_nothing_is_saved(editor, price):
    answer = editor.post("/admin/catalog/product/add/", form(**{"variants-0-price": price}))
    assert errors(answer)
    assert not Product.objects.exists()


def test_an_empty_address_is_made_from_the_name_and_is_its_own(editor):
    for number, slug in ((1, "gaiwan"), (2, "gaiwan-2"), (3, "gaiwan-3")):
        sku = {"variants-0-sku": f"GAIWAN-{number}"}
        assert editor.post("/admin/catalog/product/add/", form(slug="", **sku)).status_code == 302
        assert Product.objects.filter(slug=slug).exists()
    nameless = form(slug="", name_en="蓋碗", **{"variants-0-sku": "GAIWAN-4"})
    assert errors(editor.post("/admin/catalog/product/add/", nameless)) == [
        "Write an address: letters, digits and hyphens."
    ]


def test_two_variants_cannot_be_the_same_choice(editor):
    product = factories.product()
    one, other = factories.option(product, "glaze", "oat", "celadon")
    first = factories.variant(product, values=[one])
    second = factories.variant(product, values=[other])
    address = f"/admin/catalog/product/{product.pk}/change/"
    fields = opened(editor, address)
    places = {fields[f"variants-{n}-id"]: n for n in range(2)}
    clash = f"variants-{places[str(second.pk)]}-values"
    assert errors(editor.post(address, fields | {clash: [one.pk]})) == [
        "Another variant has the same choices."
    ]
    assert errors(editor.post(address, fields | {clash: [one.pk, other.pk]})) == [
        "Choose one value of each option."
    ]
    assert list(second.values.all()) == [other]
    assert editor.post(address, fields).status_code == 302
    assert list(first.values.all()) == [one]


def opened(editor, address):
    """What the form posts if nothing is changed, as a browser without JavaScript sends it."""
    page = parse(editor.get(address).text)
    (form,) = page.xpath("//form[@enctype]")
    fields = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def test_a_new_product_can_be_found_at_once(editor):
    editor.post("/admin/catalog/product/add/", form(name_en="Gongfu pitcher", name_zh="公道杯"))
    for words in ("pitcher", "公道"):
        assert "Gongfu pitcher" in editor.get("/search/", {"q": words}).text


@pytest.mark.parametrize(
    "address",
    ["/admin/catalog/product/", "/admin/catalog/category/", "/admin/catalog/picture/"],
)
def test_a_list_of_many_costs_as_much_as_one_of_few(editor, address):
    def fill(number):
        for _ in range(number):
            product = factories.product()
            factories.picture(product)
            factories.variant(product)
            factories.variant(product)

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert editor.get(address).status_code == 200
        return len(captured)

    fill(2)
    cost()
    few = cost()
    fill(8)
    assert cost() == few


def test_the_list_leads_to_the_shop(editor):
    shown, hidden = factories.variant().product, factories.product()
    page = parse(editor.get("/admin/catalog/product/").text)
    links = page.xpath("//td[contains(@class, 'field-in_shop')]/a/@href")
    assert links == [shown.get_absolute_url()]
    assert hidden.get_absolute_url() not in links


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_admin_runs_under_the_shops_policy_in_the_editors_language(client, language):
    client.force_login(factories.user(is_staff=True, is_superuser=True, language=language))
    product = factories.variant().product
    factories.picture(product)
    for path in ("", "catalog/product/", f"catalog/product/{product.pk}/change/", "orders/order/"):
        answer = client.get(f"/admin/{path}")
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        page = parse(answer.text)
        assert page.get("lang") == language
        assert not page.xpath("//@style | //style | //script[not(@src)][not(@type)]")
