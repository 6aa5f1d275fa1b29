"""The guest cart: forms that work without JavaScript, and what the session holds."""

import re

import pytest

import factories
from catalog.models import Variant
from dom import HTMX, parse, pieces

pytestmark = pytest.mark.django_db


def badge(page):
    """The number on the link to the cart; None without one."""
    link = re.search(r'<a id="cart-badge".*?</a>', page, re.DOTALL)[0]
    count = re.search(r'<span class="count">(\d+)</span>', link)
    return count and int(count[1])


def section(page, heading):
    """A section of the cart by its heading's id; empty if the page has none."""
    found = re.search(rf'<section[^>]*aria-labelledby="{heading}".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


# The session


def test_the_session_holds_ids_and_quantities_and_nothing_else(client, add):
    one, other = factories.variant(), factories.variant()
    add(one, 2)
    add(other)
    add(one)
    assert dict(client.session) == {
        "cart": {str(one.pk): {"quantity": 3}, str(other.pk): {"quantity": 1}}
    }


def test_a_line_is_changed_and_removed(client, add, cart):
    one, other = factories.variant(), factories.variant()
    add(one, 2)
    add(other, 2)
    assert client.post(f"/cart/lines/{one.pk}/", {"quantity": 5}).status_code == 303
    assert cart() == {str(one.pk): {"quantity": 5}, str(other.pk): {"quantity": 2}}
    assert client.post(f"/cart/lines/{one.pk}/remove/").status_code == 303
    assert cart() == {str(other.pk): {"quantity": 2}}
    assert client.post(f"/cart/lines/{one.pk}/remove/").status_code == 303  # once more
    assert cart() == {str(other.pk): {"quantity": 2}}


def test_what_a_form_posts_beside_variant_and_quantity_is_ignored(client, add, cart):
    variant = factories.variant(price=2400)
    add(variant, 2, price=1, total=1, currency="JPY", unit_price="0")
    client.post(f"/cart/lines/{variant.pk}/", {"quantity": 2, "price": "1", "total": "1"})
    assert cart() == {str(variant.pk): {"quantity": 2}}
    assert "£48.00" in client.get("/cart/").text


def test_the_cart_shows_todays_price(client, add):
    variant = factories.variant(price=2400)
    add(variant)
    Variant.objects.filter(pk=variant.pk).update(price=1999)
    page = client.get("/cart/").text
    assert "£19.99" in page
    assert "£24.00" not in page.replace("total £24.00", "")  # the notice of then


def test_looking_at_the_cart_begins_no_session(client):
    client.get("/cart/")
    assert "sessionid" not in client.cookies


# Refusals

BAD_QUANTITIES = [
    "-1",
    "0",
    "1e9",
    "1000000000",
    "1.5",
    "NaN",
    "",
    "abc",
    "9" * 5000,
    "Infinity",
    "١x",
]


@pytest.mark.parametrize("quantity", BAD_QUANTITIES, ids=lambda text: text[:12] or "empty")
class TestAQuantityThatIsNone:
    def test_adds_nothing_and_keeps_what_was_typed(self, add, cart, client, quantity):
        variant = factories.variant()
        answer = add(variant, quantity)
        assert answer.status_code == 422
        assert cart() == {}
        field = re.search(r'<input id="buy-quantity"[^>]*>', answer.text)[0]
        assert f'value="{quantity}"' in field
        assert 'aria-invalid="true"' in field
        assert 'aria-describedby="buy-quantity_error"' in field
        assert 'href="#buy-quantity"' in answer.text

    def test_changes_nothing_and_keeps_what_was_typed(self, add, cart, client, quantity):
        variant = factories.variant()
        add(variant, 2)
        answer = client.post(f"/cart/lines/{variant.pk}/", {"quantity": quantity})
        assert answer.status_code == 422
        assert cart() == {str(variant.pk): {"quantity": 2}}
        field = re.search(rf'<input id="cart-quantity-{variant.pk}"[^>]*>', answer.text)[0]
        assert f'value="{quantity}"' in field
        assert 'aria-invalid="true"' in field
        assert f'href="#cart-quantity-{variant.pk}"' in answer.text


def test_what_was_typed_is_escaped(add):
    typed = '"><script>alert(1)</script>'
    page = add(factories.variant(), typed).text
    assert "<script>alert" not in page
    assert "&quot;&gt;&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("gone", ["unknown", "hidden", "of a hidden product", "deleted"])
def test_what_is_not_in_the_shop_is_not_added(client, add, cart, gone):
    variant = factories.variant()
    pk = variant.pk
    match gone:
        case "unknown":
            pk += 1000
        case "hidden":
            Variant.objects.update(active=False)
        case "of a hidden product":
            variant.product.active = False
            variant.product.save()
        case "deleted":
            variant.delete()
    answer = add(pk)
    assert answer.status_code == 422
    assert "That is no longer in the shop." in answer.text
    assert cart() == {}


@pytest.mark.parametrize(
    "pk", ["", "0", "-1", "abc", "1.5", "9" * 19, "9" * 5000, "²", "１", "\x00"]
)
def test_an_id_that_is_none_is_refused(add, cart, pk):
    assert add(pk).status_code == 422
    assert cart() == {}


@pytest.mark.parametrize("pk", ["0", "9" * 19, "9" * 30, "9" * 5000])
@pytest.mark.parametrize("verb", ["", "remove/"])
def test_an_address_of_no_line_breaks_nothing(client, add, cart, pk, verb):
    variant = factories.variant()
    add(variant)
    answer = client.post(f"/cart/lines/{pk}/{verb}", {"quantity": 1})
    assert answer.status_code in {303, 404, 422}
    assert cart() == {str(variant.pk): {"quantity": 1}}


def test_another_carts_line_is_not_changed(client, add, cart):
    variant = factories.variant()
    add(factories.variant())
    mine = cart()
    answer = client.post(f"/cart/lines/{variant.pk}/", {"quantity": 3})
    assert answer.status_code == 422
    assert "That is no longer in your cart." in answer.text
    assert cart() == mine


# Refusals to htmx


def ids(page):
    return set(parse(page).xpath("//@id"))


def problem(answer):
    """Where the summary of a refusal leads, and its words."""
    (link,) = parse(pieces(answer.text)["problems-summary"]).xpath("//a")
    return link.get("href").removeprefix("#"), link.text


@pytest.mark.parametrize(
    ("meanwhile", "words", "count"),
    [
        ("removed", "That is no longer in your cart.", 1),
        ("sold out", "Sold out.", 3),
        ("hidden", "That is no longer in the shop.", 3),
        ("fewer", "Only 1 left.", 3),
    ],
)
def test_a_refused_change_brings_all_of_the_cart_up_to_date(client, add, meanwhile, words, count):
    variant, looked_at = factories.variant(stock=9), factories.variant()
    add(factories.variant())
    add(variant, 2)
    client.get(looked_at.get_absolute_url())
    before = ids(client.get("/cart/").text)
    changed = Variant.objects.filter(pk=variant.pk)
    match meanwhile:
        case "removed":
            client.post(f"/cart/lines/{variant.pk}/remove/")
            client.get("/cart/")  # reads the notice
        case "sold out":
            changed.update(stock=0)
        case "hidden":
            changed.update(active=False)
        case "fewer":
            changed.update(stock=1)
    answer = client.post(f"/cart/lines/{variant.pk}/", {"quantity": 3}, headers=HTMX)
    assert answer.status_code == 422
    found = pieces(answer.text)
    assert set(found) == {
        *("cart-lines", "cart-badge", "cart-mini", "cart-merge", "viewed-most"),
        *("problems-summary", "notices-list"),
    }
    assert set(found) <= before
    assert badge(found["cart-badge"]) == count
    assert f"product-card-{looked_at.product_id}" in found["viewed-most"]
    reloaded = client.get("/cart/").text
    assert found["cart-mini"].strip() in reloaded
    assert problem(answer)[1] == words
    assert problem(answer)[0] in ids(reloaded)
    assert problem(answer)[0] in ids(found["cart-lines"])


@pytest.mark.parametrize("gone", ["hidden", "deleted"])
def test_adding_what_has_gone_leaves_the_product_page_and_is_told_above_it(client, add, cart, gone):
    held, variant = factories.variant(), factories.variant()
    add(held, 2)
    address, pk = variant.get_absolute_url(), variant.pk
    page = client.get(address).text
    kept = cart()
    if gone == "hidden":
        Variant.objects.filter(pk=pk).update(active=False)
    else:
        variant.delete()
    fields = {"variant": pk, "quantity": 1}
    answer = client.post("/cart/add/", fields, headers=HTMX)
    assert answer.status_code == 422
    found = pieces(answer.text)
    header = {"cart-badge", "cart-mini", "cart-merge"}
    assert set(found) == header | {"problems-summary", "notices-list"}
    assert set(found) <= ids(page)
    assert badge(found["cart-badge"]) == 2
    assert problem(answer) == ("main", "That is no longer in the shop.")
    assert "main" in ids(page)
    assert cart() == kept
    plain = client.post("/cart/add/", fields)
    assert plain.status_code == 422
    assert 'href="#main"' in plain.text.split('id="problems-summary"')[1]


# Caps


def test_a_line_is_capped_together_with_what_it_holds(client, add, cart, settings):
    variant = factories.variant(stock=None)
    most = settings.CART_MAX_QUANTITY
    assert add(variant, most - 1).status_code == 303
    refused = add(variant, 2)
    assert refused.status_code == 422
    assert f"Your cart has {most - 1} already." in refused.text
    assert cart() == {str(variant.pk): {"quantity": most - 1}}
    assert add(variant, 1).status_code == 303
    assert client.post(f"/cart/lines/{variant.pk}/", {"quantity": most + 1}).status_code == 422
    assert cart() == {str(variant.pk): {"quantity": most}}


def test_no_more_than_there_is(client, add, cart):
    variant = factories.variant(stock=3)
    refused = add(variant, 4)
    assert refused.status_code == 422
    assert "Only 3 left." in refused.text
    assert add(variant, 2).status_code == 303
    assert add(variant, 2).status_code == 422
    assert client.post(f"/cart/lines/{variant.pk}/", {"quantity": 4}).status_code == 422
    assert cart() == {str(variant.pk): {"quantity": 2}}


def test_what_is_sold_out_is_not_added(add, cart):
    answer = add(factories.variant(stock=0))
    assert answer.status_code == 422
    assert "Sold out." in answer.text
    assert cart() == {}


def test_a_full_cart_takes_no_new_line_but_more_of_the_old(client, add, cart, settings):
    settings.CART_MAX_LINES = 3
    held = [factories.variant() for _ in range(3)]
    for variant in held:
        add(variant)
    refused = add(factories.variant())
    assert refused.status_code == 422
    assert "The cart is full." in refused.text
    assert len(cart()) == 3
    assert add(held[0]).status_code == 303
    client.post(f"/cart/lines/{held[1].pk}/remove/")
    assert add(factories.variant()).status_code == 303


# Set apart


def test_what_cannot_be_bought_is_set_apart_and_comes_back(client, add, cart):
    good, short, hidden = (factories.variant(price=p, stock=5) for p in (1000, 2000, 4000))
    for variant in (good, short, hidden):
        add(variant, 2)
    held = cart()
    Variant.objects.filter(pk=short.pk).update(stock=1)
    Variant.objects.filter(pk=hidden.pk).update(active=False)
    client.get("/cart/")  # reads the notices
    page = client.get("/cart/").text
    apart = section(page, "cart-apart-heading")
    assert f'id="cart-line-{short.pk}"' in apart
    assert f'id="cart-line-{hidden.pk}"' in apart
    assert f'id="cart-line-{good.pk}"' not in apart
    assert "Only 1 left." in apart
    assert "An item that is no longer in the shop" in apart
    assert "£20.00" in section(page, "cart-summary-heading")
    assert cart() == held
    Variant.objects.update(stock=5, active=True)
    page = client.get("/cart/").text
    assert section(page, "cart-apart-heading") == ""
    assert "£140.00" in section(page, "cart-summary-heading")


def test_a_cart_of_only_such_lines_offers_no_checkout(client, add):
    variant = factories.variant()
    add(variant)
    assert "Check out" in client.get("/cart/").text
    Variant.objects.update(stock=0)
    assert "Check out" not in client.get("/cart/").text


def test_a_deleted_variants_line_can_be_removed(client, add, cart):
    variant = factories.variant()
    add(variant)
    pk = variant.pk
    variant.delete()
    assert client.get("/cart/").status_code == 200
    assert cart() == {str(pk): {"quantity": 1}}
    assert client.post(f"/cart/lines/{pk}/remove/").status_code == 303
    assert cart() == {}


# Pages


@pytest.mark.parametrize("prefix", ["", "/zh-hant"])
@pytest.mark.parametrize("address", ["/cart/add/", "/cart/lines/1/", "/cart/lines/1/remove/"])
def test_a_visit_to_the_address_of_a_post_leads_to_the_cart(client, prefix, address):
    answer = client.get(prefix + address)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{prefix}/cart/")


@pytest.mark.parametrize("prefix", ["", "/zh-hant"])
def test_adding_leads_to_the_cart_and_says_once_what_happened(client, prefix):
    variant = factories.variant(price=2400)
    answer = client.post(f"{prefix}/cart/add/", {"variant": variant.pk, "quantity": 2})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{prefix}/cart/")
    notices = r'<div id="notices-list".*?</div>'
    first = re.search(notices, client.get(f"{prefix}/cart/").text, re.DOTALL)[0]
    assert (variant.product.name_zh if prefix else variant.product.name_en) in first
    assert "£48.00" in first
    again = re.search(notices, client.get(f"{prefix}/cart/").text, re.DOTALL)[0]
    assert "<p>" not in again


def test_the_badge_counts_pieces_on_every_page(client, add):
    variant = factories.variant()
    category = variant.product.category.get_absolute_url()
    pages = ["/", category, variant.get_absolute_url(), "/cart/"]
    assert [badge(client.get(page).text) for page in pages] == [None] * 4
    add(variant, 2)
    add(factories.variant(), 1)
    assert [badge(client.get(page).text) for page in pages] == [3] * 4


def test_the_cart_is_nobody_elses_to_keep(client, add):
    add(factories.variant())
    for page in ("/cart/", "/"):
        assert client.get(page).headers["Cache-Control"] == "private, no-store"


def test_an_empty_cart_says_so(client, add):
    assert "Your cart is empty." in client.get("/cart/").text
    variant = factories.variant()
    add(variant)
    client.post(f"/cart/lines/{variant.pk}/remove/")
    assert "Your cart is empty." in client.get("/cart/").text
