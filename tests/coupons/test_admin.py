"""An editor makes and changes coupons as people write them."""

import pytest

import factories
from coupons.models import Coupon
from coupons.person import Person
from dom import parse

pytestmark = [pytest.mark.django_db, pytest.mark.whole]
ADD = "/admin/coupons/coupon/add/"


@pytest.fixture
def editor(client):
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def form(**more):
    words = {"code": "spring", "name_en": "Spring", "name_zh": "春天", "active": "on"}
    return words | {"kind": "order", "percentage": "12.5"} | more


def errors(answer):
    assert answer.status_code == 200
    page = parse(answer.content.decode())
    return [
        each.text_content().strip() for each in page.xpath("//ul[contains(@class, 'errorlist')]/li")
    ]


def test_a_percentage_is_written_as_people_write_it(editor):
    assert editor.post(ADD, form()).status_code == 302
    coupon = Coupon.objects.get()
    assert (coupon.code, coupon.percentage, coupon.amount) == ("SPRING", 1250, None)
    assert (coupon.limit, coupon.minimum, coupon.used) == (None, 0, 0)
    page = editor.get(f"/admin/coupons/coupon/{coupon.pk}/change/").text
    assert 'value="12.5"' in page


def test_an_amount_and_a_minimum_are_written_as_people_write_them(editor):
    answer = editor.post(ADD, form(percentage="", amount="£5", minimum="30.50"))
    assert answer.status_code == 302
    coupon = Coupon.objects.get()
    assert (coupon.percentage, coupon.amount, coupon.minimum) == (None, 500, 3050)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"amount": "5"}, "Give either a percentage or an amount."),
        ({"percentage": ""}, "Give either a percentage or an amount."),
        ({"percentage": "101"}, "less than or equal to 100"),
        ({"percentage": "0"}, "greater than or equal to 0.01"),
        ({"percentage": "1.234"}, "no more than 2 decimal places"),
        ({"percentage": "", "amount": "five"}, "Write an amount in figures"),
        ({"code": "two words"}, "Capitals, digits, hyphens."),
        ({"kind": "product"}, "Choose products or categories."),
        (
            {
                **{"valid_from_0": "2026-05-02", "valid_from_1": "10:00:00"},
                **{"valid_until_0": "2026-05-01", "valid_until_1": "10:00:00"},
            },
            "It would end before it begins.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(editor, more, words):
    found = errors(editor.post(ADD, form(**more)))
    assert any(words in each for each in found), found
    assert not Coupon.objects.exists()


def test_a_code_is_one_coupons_whatever_the_capitals(editor):
    factories.coupon("SPRING")
    assert any("already exists" in each for each in errors(editor.post(ADD, form(code="Spring"))))


def test_it_is_for_the_products_and_categories_that_are_ticked(editor):
    product, place = factories.product(), factories.category()
    ticked = {"kind": "product", "products": [product.pk], "categories": [place.pk]}
    assert editor.post(ADD, form(**ticked)).status_code == 302
    coupon = Coupon.objects.get()
    assert [*coupon.products.all(), *coupon.categories.all()] == [product, place]


class TestChanging:
    @pytest.fixture
    def coupon(self):
        coupon = factories.coupon("SPRING", limit=5)
        for about in "ABC":
            Coupon.objects.take("SPRING", about, Person.of("ada@example.com"))
        return coupon

    def test_uses_that_are_counted_while_the_form_is_open_are_kept(self, editor, coupon):
        address = f"/admin/coupons/coupon/{coupon.pk}/change/"
        editor.get(address)
        Coupon.objects.take("SPRING", "D", Person.of("grace@example.com"))
        answer = editor.post(address, form(limit="4", used="0", name_en="Other"))
        assert answer.status_code == 302
        coupon.refresh_from_db()
        assert (coupon.used, coupon.limit, coupon.name_en) == (4, 4, "Other")

    def test_a_limit_below_what_is_used_is_refused(self, editor, coupon):
        address = f"/admin/coupons/coupon/{coupon.pk}/change/"
        assert errors(editor.post(address, form(limit="2"))) == [
            "It has been used more often than that."
        ]

    def test_its_kind_stays(self, editor, coupon):
        address = f"/admin/coupons/coupon/{coupon.pk}/change/"
        assert editor.post(address, form(kind="delivery")).status_code == 302
        coupon.refresh_from_db()
        assert coupon.kind == "order"

    def test_what_was_used_is_not_deleted(self, editor, coupon):
        editor.post(f"/admin/coupons/coupon/{coupon.pk}/delete/", {"post": "yes"})
        assert Coupon.objects.exists()


def test_the_list_says_in_words_what_each_does_and_how_often_it_is_used(editor):
    factories.coupon("TEN", off="12.5%", limit=5, used=2)
    factories.coupon("FIVE", off=500, minimum=3000, kind="delivery")
    page = parse(editor.get("/admin/coupons/coupon/").text)
    rows = [
        " ".join(cell.text_content().strip() for cell in row.xpath("./th | ./td"))
        for row in page.xpath("//tbody/tr")
    ]
    assert "FIVE" in rows[0] and "off the delivery £5.00 £30.00 0 / ∞" in rows[0]
    assert "TEN" in rows[1] and "off the order 12.5% – 2 / 5" in rows[1]


def test_an_editor_without_the_permission_sees_none(client):
    client.force_login(factories.user(is_staff=True))
    assert client.get("/admin/coupons/coupon/").status_code == 403
    assert client.post(ADD, form()).status_code == 403
    assert not Coupon.objects.exists()


def test_codes_for_everybody_are_found_among_those_for_one_person(editor):
    factories.coupon("SPRING")
    ada = Person.of("ada@example.com")
    own = Coupon.objects.issue(ada, name_en="Hello", name_zh="見面禮", percentage=1000)
    for everybody in (True, False):
        page = editor.get(f"/admin/coupons/coupon/?only_for__isempty={int(everybody)}")
        page = page.content.decode()
        assert (own.code in page, "SPRING" in page) == (not everybody, everybody)
    assert "One person" in page and "Everybody" in page
