"""The address decides the language of the shop, the editor that of the admin."""

import pytest
from django.test import Client

import kinds
from dom import parse
from members.models import User

pytestmark = pytest.mark.whole

CHINESE = {"Accept-Language": "zh-TW,zh;q=0.9"}


@pytest.mark.parametrize(
    ("address", "language"),
    [
        *(("/", "en"), ("/p/mug/", "en"), ("/cart/", "en"), ("/nothing/", "en")),
        *(("/zh-hant/", "zh-hant"), ("/zh-hant/p/mug/", "zh-hant")),
        *(("/zh-hant/cart/", "zh-hant"), ("/zh-hant/nothing/", "zh-hant")),
        ("/fr/", "en"),  # no such language: not found
    ],
)
@pytest.mark.parametrize("wanted", ["zh-TW,zh;q=0.9", "en", "fr", ""])
def test_the_address_alone_decides_the_language(demo, address, language, wanted):
    visitor = Client(headers={"Accept-Language": wanted})
    visitor.cookies["django_language"] = "zh-hant"
    answer = visitor.get(address)
    assert parse(answer.content.decode()).get("lang") == language
    assert answer["Content-Language"] == language
    assert "Accept-Language" not in answer.get("Vary", "")


@pytest.mark.parametrize("to", kinds.LANGUAGES.values())
@pytest.mark.parametrize("address", ["/cart", "/checkout", "/p/mug"])
def test_an_address_without_its_last_slash_leads_to_the_same_page(demo, to, address):
    answer = Client().get(to + address)
    assert (answer.status_code, answer["Location"]) == (301, f"{to}{address}/")


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/c/tea/", "/p/candle/?v=CA-AMB-300", "/p/candle/?v=CA-AMB-300&a=%26b", "/cart/"),
        *(
            "/c/tea/?glaze=celadon&glaze=oat&max=30&sort=name",
            "/search/?q=%E8%8C%B6",
            "/pages/about/",
        ),
    ],
)
def test_the_other_language_is_one_link_away_on_the_same_page(demo, address):
    here = parse(Client().get(address).content.decode())
    (link,) = here.xpath("//a[@hreflang='zh-hant']")
    assert (link.get("href"), link.get("lang")) == ("/zh-hant" + address, "zh-hant")
    there = parse(Client().get(link.get("href")).content.decode())
    (back,) = there.xpath("//a[@hreflang='en']")
    assert (back.get("href"), back.get("lang")) == (address, "en")


def test_the_other_language_of_an_order_is_the_same_order(demo):
    order = kinds.placed()
    visitor = Client()
    here = parse(visitor.get(order.get_absolute_url()).content.decode())
    (link,) = here.xpath("//a[@hreflang='zh-hant']/@href")
    answer = visitor.get(link)
    assert answer.status_code == 200
    assert order.number in answer.content.decode()


@pytest.mark.parametrize("step", ["", "delivery/", "review/"])
def test_the_other_language_of_a_step_of_the_checkout_is_the_same_step(demo, step):
    shopper = kinds.shopper()
    shopper.post("/checkout/", kinds.details())
    shopper.post("/checkout/delivery/", {"method": "uk-tracked"})
    here = parse(shopper.get(f"/checkout/{step}").content.decode())
    (link,) = here.xpath("//a[@hreflang='zh-hant']/@href")
    assert link == f"/zh-hant/checkout/{step}"
    assert shopper.get(link).status_code == 200


def test_the_other_language_of_a_page_that_is_not_here_is_the_home_page(demo):
    (link,) = parse(Client().get("/nothing/").text).xpath("//a[@hreflang]/@href")
    assert link == "/zh-hant/"


def test_links_and_forms_of_a_chinese_page_stay_chinese(pages):
    for name, answer in pages.items():
        if not name.endswith("(zh-hant)") or answer.status_code == 500:
            continue
        page = parse(answer.content.decode())
        ways = page.xpath("//a[not(@hreflang)]/@href | //form/@action")
        inside = [way for way in ways if way.startswith("/")]
        assert inside, name
        assert not [way for way in inside if not way.startswith("/zh-hant/")], name


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_admin_speaks_the_editors_own_language(db, language):
    editor = User.objects.create_superuser(
        "editor@example.com", "a long password", name="Editor", language=language
    )
    browser = Client(headers=CHINESE)
    browser.force_login(editor)
    answer = browser.get("/admin/")
    assert answer["Content-Language"] == language
    assert parse(answer.content.decode()).get("lang") == language


def test_whoever_has_not_signed_in_to_the_admin_reads_the_shops_first_language(db):
    answer = Client(headers=CHINESE).get("/admin/login/")
    assert answer["Content-Language"] == "en"
