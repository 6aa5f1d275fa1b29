"""The laws of fragments: one piece of markup, one name, one view."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

import factories
import kinds
from dom import HTMX, body, form, parse, pieces
from services import ROOT

PARTIALS = ROOT / "partials"
PARTIAL = re.compile(
    r"^(?P<comment>\{#.*?#\}\n)?"
    r"\{% partialdef (?P<name>\w+) %\}(?P<content>.*?)\{% endpartialdef %\}",
    re.DOTALL | re.MULTILINE,
)
# What has no root with an id: text within a line, parts of the head, a row around a field.
WITHOUT_ROOT = {("product", "stock"), ("head", "title"), ("head", "about")}
WITHOUT_ROOT |= {("field", name) for name in ("row", "choices", "tick", "words", "error")}
WITHOUT_ROOT |= {("parcel", "paid"), ("parcel", "standing")}
KEYED = {("cart", "line"), ("product", "card"), ("order", "again"), ("wishlist", "line")}
KEYED |= {("guide", "shell"), ("guide", "python")}
WRITES = {
    "add": ("/cart/add/", "TC-CEL", "2"),
    "refuse to add": ("/cart/add/", "TC-CEL", "9"),
    "change": ("/cart/lines/{cup}/", "", "4"),
    "refuse to change": ("/cart/lines/{cup}/", "", "abc"),
    "remove": ("/cart/lines/{cup}/remove/", "", ""),
    "use a code": ("/cart/coupon/", "", "POST"),
    "refuse a code": ("/cart/coupon/", "", "no"),
    "ask about another code": ("/cart/coupon/", "", "SPRING"),
    "remove a code": ("/cart/coupon/remove/", "", "WELCOME10"),
    "clear": ("/viewed/clear/", "", ""),
    "take off the wishlist": ("/wishlist/{cup}/remove/", "", ""),
    "move to the cart": ("/wishlist/{cup}/move/", "", ""),
}


def partials():
    for path in sorted(PARTIALS.glob("*.html")):
        for found in PARTIAL.finditer(path.read_text()):
            yield path.stem, found["name"], found["comment"], found["content"]


def test_every_partialdef_is_seen_by_these_tests():
    written = sum(path.read_text().count("{% partialdef ") for path in PARTIALS.glob("*.html"))
    assert len(list(partials())) == written > 10


def test_the_root_of_every_partial_bears_its_name_as_id():
    for noun, name, _comment, content in partials():
        if (noun, name) in WITHOUT_ROOT:
            continue
        root = re.search(r"<[a-z]+[^>]*?>", content)[0]
        key = r"-\{\{ [\w.]+ \}\}" if (noun, name) in KEYED else ""
        assert re.search(rf' id="{noun}-{name}{key}"', root), f"{noun}.html#{name}: {root}"


def test_every_partial_says_what_it_accepts_and_where_it_is_used():
    for noun, name, comment, _content in partials():
        assert comment, f"{noun}.html#{name} has no comment before it"
        assert comment.startswith(f"{{# {name}: "), comment
        assert "Accepts " in comment, comment
        assert "Used by " in comment, comment


def twins():
    """Two visitors who have done the same."""
    more = {"codes": ("WELCOME10",), "wishes": ("TC-ASH", "SP-CHA")}
    return kinds.shopper(**more), kinds.shopper(**more)


@pytest.mark.parametrize("write", WRITES)
def test_every_fragment_of_a_change_stands_in_the_page_after_a_reload(demo, write):
    swapping, plain = twins()
    address, sku, typed = WRITES[write]
    factories.coupon("SPRING")
    address = address.format(cup=kinds.pk("TC-ASH"))
    data = {"quantity": typed, "code": typed} | ({"variant": kinds.pk(sku)} if sku else {})
    for visitor in (swapping, plain):
        visitor.get("/p/tea-cup/?v=TC-CEL")

    found = pieces(body(swapping.post(address, data, headers=HTMX)))
    native = body(plain.post(address, data, follow=True))
    product = body(swapping.get("/p/tea-cup/?v=TC-CEL"))

    assert {"problems-summary", "notices-list"} < set(found)
    for target, html in found.items():
        # A change of the product's form is followed, without htmx, by the cart's page.
        page = product if target == "product-buy" else native
        assert html.strip(), target
        assert html in page, f"#{target} does not stand in the page:\n{html}"


@pytest.mark.parametrize("to", kinds.LANGUAGES.values())
def test_the_fragments_of_a_choice_stand_in_the_page_of_its_address(demo, to):
    visitor = kinds.shopper()
    visitor.get(f"{to}/p/candle/")
    address = f"{to}/p/candle/?v=CA-AMB-300"
    found = pieces(body(visitor.get(address, headers=HTMX)))
    page = body(visitor.get(address))
    assert "product-detail" in found
    for target, html in found.items():
        assert html in page, f"#{target} does not stand in the page:\n{html}"


def test_every_fragment_is_addressed_to_an_id_of_the_page_it_came_from(pages, fragments):
    product = parse(pages["product with one option (en)"].content.decode())
    cart = parse(pages["cart (en)"].content.decode())
    listing = parse(pages["category filtered (en)"].content.decode())
    page_of = {
        "a choice": product,
        "another picture": product,
        "added": product,
        "not added": product,
    }
    page_of |= dict.fromkeys(["kept", "kept no longer"], product)
    wishlist = parse(pages["wishlist (en)"].content.decode())
    page_of |= dict.fromkeys(["off the wishlist", "moved to the cart", "not moved"], wishlist)
    page_of |= dict.fromkeys(["filtered", "not filtered", "more of a list"], listing)
    for name, answer in fragments.items():
        page = page_of.get(name.partition(" (")[0], cart)
        for target in pieces(answer.content.decode()):
            assert len(page.xpath("//*[@id=$id]", id=target)) == 1, f"{name}: #{target}"


def test_htmx_asks_what_the_link_or_form_itself_would_ask(pages):
    seen = 0
    for name, answer in pages.items():
        for element in parse(answer.content.decode()).xpath("//*[@*[starts-with(name(), 'hx-')]]"):
            asked = {key: value for key, value in element.items() if key.startswith("hx-")}
            seen += 1
            if element.tag == "a":
                assert asked.pop("hx-get") == element.get("href"), name
            else:
                assert element.tag == "form", f"{name}: hx-* on <{element.tag}>"
                method = element.get("method", "get").lower()
                assert asked.pop(f"hx-{method}") == element.get("action"), name
            assert not {"hx-get", "hx-post", "hx-boost"} & set(asked), f"{name}: {asked}"
            assert not [key for key in asked if key.startswith("hx-on")], f"{name}: {asked}"
    assert seen > 50


def test_every_control_that_sends_stands_in_a_form_with_an_address(pages):
    for name, answer in pages.items():
        page = parse(answer.content.decode())
        for button in page.xpath("//button[not(@popovertarget)]"):
            (around,) = button.xpath("ancestor::form")
            assert around.get("method") in {"post", "get"}, name
            assert around.get("action"), name
        assert not page.xpath("//a[not(@href) or @href='#' or starts-with(@href, 'java')]"), name


ADDRESSES = ["/", "/c/tea/", "/p/candle/?v=CA-AMB-300", "/cart/", "/wishlist/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_where_answers_differ_vary_names_what_they_differ_by(demo, address):
    for headers in ({}, HTMX):
        answer = Client().get(address, headers=headers)
        assert "HX-Request-Type" in answer["Vary"]
        assert "HX-Request," not in answer["Vary"] + ","  # one header decides


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "headers", [{}, {"HX-Request": "true"}, {"HX-Request": "true", "HX-Request-Type": "full"}]
)
def test_an_address_asked_without_the_word_partial_gives_a_whole_page(demo, address, headers):
    answer = kinds.shopper().get(address, headers=headers)
    page = parse(answer.content.decode())
    assert answer.content.lstrip().lower().startswith(b"<!doctype html>")
    assert page.xpath("//h1") and page.xpath("//header") and page.xpath("//footer")
    assert b"<hx-partial" not in answer.content


def test_back_gets_a_whole_page(demo):
    headers = {"HX-Request": "true", "HX-Request-Type": "full"}
    headers |= {"HX-History-Restore-Request": "true"}
    answer = kinds.shopper().get("/p/candle/?v=CA-AMB-300", headers=headers)
    assert answer.content.lstrip().lower().startswith(b"<!doctype html>")


@pytest.mark.parametrize("address", ["/", "/zh-hant/"])
def test_a_page_without_fragments_is_opened_as_a_page_if_htmx_comes_upon_it(demo, address):
    answer = Client().get(address + "?a=1", headers=HTMX)
    assert answer["HX-Redirect"] == address + "?a=1"
    assert answer.content == b""
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "address",
    [
        *("/cart/add/", "/cart/lines/7/", "/cart/lines/7/remove/", "/viewed/clear/"),
        "/cart/coupon/remove/",
    ],
)
def test_reading_the_address_of_a_change_leads_to_the_cart_and_changes_nothing(demo, address):
    visitor = kinds.shopper()
    before = dict(visitor.session)
    answer = visitor.get(address)
    assert (answer.status_code, urlsplit(answer["Location"]).path) == (302, "/cart/")
    assert dict(visitor.session) == before


def test_what_a_shopper_types_is_escaped_in_pages_and_fragments(demo):
    line = f"/cart/lines/{kinds.pk('TC-ASH')}/"
    for headers in ({}, HTMX):
        answer = kinds.shopper().post(line, {"quantity": '"><script>a()</script>'}, headers=headers)
        assert answer.status_code == 422
        assert b"<script>a" not in answer.content
        assert b"&quot;&gt;&lt;script&gt;a()" in answer.content


def test_a_plain_change_is_answered_by_see_other_to_a_personal_page(demo):
    visitor = kinds.shopper()
    answer = visitor.post("/cart/add/", {"variant": kinds.pk("MG-INK"), "quantity": "1"})
    assert (answer.status_code, answer["Location"]) == (303, "/cart/")
    page = parse(visitor.get("/cart/").content.decode())
    assert form(page, f"/cart/lines/{kinds.pk('MG-INK')}/remove/")


def test_requests_wait_for_each_other_so_that_no_slow_answer_overwrites_a_newer_one():
    asking = [
        tag
        for file in PARTIALS.glob("*.html")
        for tag in re.findall(r"<(?:a|form)\b[^<]*?hx-(?:get|post)=[^<]*", file.read_text())
    ]
    assert len(asking) >= 5
    for tag in asking:
        # While someone types, later words overtake earlier ones.
        typing = "hx-trigger=" in tag
        assert f'hx-sync="{"this:replace" if typing else "#main:queue all"}"' in tag
        assert 'hx-target="#main"' in tag
