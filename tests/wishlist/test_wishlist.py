"""What is kept for later: by guests in the session, by members as rows, joined at sign-in."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import factories
from catalog.models import Variant
from dom import HTMX, body, form, parse, pieces
from visiting import Visitor, member
from web.sessions import SessionStore
from wishlist import wishlist
from wishlist.models import Wish

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def cup():
    return factories.variant()


def keep(client, variant, **headers):
    return client.post("/wishlist/keep/", {"variant": variant.pk}, **headers)


def kept(client):
    """The ids on the list's page, in its order."""
    page = parse(client.get("/wishlist/").content.decode())
    return [int(each.rpartition("-")[2]) for each in page.xpath("//li[@class='cart-line']/@id")]


def words(answer):
    return " ".join(parse(answer.content.decode()).find(".//main").text_content().split())


def queries(address, visitor):
    with CaptureQueriesContext(connection) as captured:
        assert visitor.get(address).status_code == 200
    return len(captured)


def with_picture():
    product = factories.product()
    (value,) = factories.option(product, "glaze", "celadon")
    factories.picture(product, [value])
    return factories.variant(product, values=[value])


@pytest.fixture(params=["guest", "member"])
def visitor(request):
    client = Client()
    if request.param == "member":
        client.force_login(member())
    return client


def test_what_is_kept_is_on_the_list_newest_first_and_once(visitor, cup):
    other = factories.variant()
    for each in (cup, other, cup):
        answer = keep(visitor, each)
    assert (answer.status_code, answer["Location"]) == (303, "/wishlist/")
    assert kept(visitor) == [other.pk, cup.pk]


def test_the_page_says_what_it_is_what_it_costs_and_whether_it_is_there(visitor, cup):
    keep(visitor, cup)
    said = words(visitor.get("/wishlist/"))
    assert cup.product.name_en in said
    assert "£24.00" in said and "In stock" in said
    page = parse(visitor.get("/wishlist/").content.decode())
    (remove,) = page.xpath("//*[starts-with(@id, 'wishlist-remove-')]")
    assert remove.text_content().split() == ["Remove", *cup.product.name_en.split()]


def test_removing_takes_it_off_and_once_more_does_nothing(visitor, cup):
    keep(visitor, cup)
    for _ in range(2):
        assert visitor.post(f"/wishlist/{cup.pk}/remove/").status_code == 303
    assert kept(visitor) == []
    assert "Nothing is kept here yet." in words(visitor.get("/wishlist/"))


def test_moving_puts_one_piece_into_the_cart(visitor, cup):
    keep(visitor, cup)
    answer = visitor.post(f"/wishlist/{cup.pk}/move/", follow=True)
    assert "is in your cart." in words(answer)
    assert kept(visitor) == []
    cart = parse(visitor.get("/cart/").text)
    assert [field.get("value") for field in cart.xpath("//*[@name='quantity']")] == ["1"]


def test_what_the_cart_does_not_take_is_said_and_stays_on_the_list(visitor):
    bowl = factories.variant(stock=1)
    keep(visitor, bowl)
    visitor.post("/cart/add/", {"variant": bowl.pk, "quantity": "1"})
    answer = visitor.post(f"/wishlist/{bowl.pk}/move/")
    assert answer.status_code == 422
    assert "Only 1 left. Your cart has 1 already." in words(answer)
    assert f'href="#wishlist-move-{bowl.pk}"' in answer.content.decode()
    assert f'id="wishlist-move-{bowl.pk}-error"' in answer.content.decode()
    assert kept(visitor) == [bowl.pk]


@pytest.mark.parametrize("gone", ["sold out", "hidden", "deleted"])
def test_what_can_no_longer_be_had_is_said_on_the_list(visitor, cup, gone):
    keep(visitor, cup)
    if gone == "deleted":
        Variant.objects.filter(pk=cup.pk).delete()
    else:
        changed = {"stock": 0} if gone == "sold out" else {"active": False}
        Variant.objects.filter(pk=cup.pk).update(**changed)
    answer = visitor.get("/wishlist/")
    said = "Sold out" if gone == "sold out" else "An item that is no longer in the shop"
    assert answer.status_code == 200 and said in words(answer)
    assert "Move to cart" not in words(answer)
    assert visitor.post(f"/wishlist/{cup.pk}/move/").status_code == 422
    assert visitor.post(f"/wishlist/{cup.pk}/remove/").status_code == 303
    assert kept(visitor) == []


@pytest.mark.parametrize("variant", ["", "x", "0", "-1", "987654321", "9" * 30, "1\0"])
def test_a_variant_that_there_is_not_is_refused_and_begins_no_session(variant):
    answer = Client().post("/wishlist/keep/", {"variant": variant})
    assert answer.status_code == 422
    assert "That is no longer in the shop." in words(answer)
    assert Session.objects.count() == Wish.objects.count() == 0


def test_the_list_has_an_end(visitor, cup, monkeypatch):
    monkeypatch.setattr(wishlist, "MOST", 1)
    keep(visitor, cup)
    answer = keep(visitor, factories.variant())
    assert answer.status_code == 422
    assert "Your wishlist is full." in words(answer)
    assert "Add to cart" in words(answer)  # the product's page
    assert keep(visitor, cup).status_code == 303
    assert kept(visitor) == [cup.pk]


@pytest.mark.parametrize("path", ["keep/", "7/remove/", "7/move/"])
def test_reading_the_address_of_a_change_leads_to_the_list(path):
    answer = Client().get(f"/wishlist/{path}")
    assert (answer.status_code, answer["Location"]) == (302, "/wishlist/")


def test_no_session_begins_before_something_is_kept(cup):
    visitor = Client()
    for address in ("/wishlist/", cup.get_absolute_url()):
        assert visitor.get(address).status_code == 200
    visitor.post(f"/wishlist/{cup.pk}/remove/")
    assert Session.objects.count() == 0
    keep(visitor, cup)
    assert Session.objects.count() == 1


def test_a_session_that_has_gone_is_begun_anew(cup):
    visitor = Client()
    keep(visitor, factories.variant())
    Session.objects.all().delete()
    assert keep(visitor, cup).status_code == 303
    assert kept(visitor) == [cup.pk]


# The product's page


def test_a_member_whose_session_has_gone_keeps_it_as_a_guest(cup, monkeypatch):
    client, ada = Client(), member()
    client.force_login(ada)
    locked, ended = SessionStore.locked, []

    def signed_out_elsewhere(session):
        if not ended:
            ended.append(Session.objects.all().delete())
        return locked(session)

    monkeypatch.setattr(SessionStore, "locked", signed_out_elsewhere)
    assert keep(client, cup).status_code == 303
    assert ended and not Wish.objects.exists()
    assert kept(client) == [cup.pk]
    assert client.get("/account/").status_code == 302


def test_every_change_moves_the_turn_so_that_back_shows_no_old_page(visitor, cup):
    """A new cookie drops the pages that the browser has from before."""
    changes = [
        lambda: keep(visitor, cup),
        lambda: keep(visitor, factories.variant()),
        lambda: visitor.post(f"/wishlist/{cup.pk}/remove/"),
    ]
    turns = [change().cookies["turn"].value for change in changes]
    assert len(set(turns)) == len(changes)
    visitor.get("/wishlist/")  # reads the messages
    for address in ("/wishlist/", cup.get_absolute_url(), "/"):
        visitor.get(cup.get_absolute_url())
        assert not visitor.get(address).cookies, address
    assert "turn" not in visitor.post(f"/wishlist/{cup.pk}/remove/").cookies


def test_the_products_page_keeps_and_says_so(visitor, cup):
    address = cup.get_absolute_url()
    page = parse(visitor.get(address).content.decode())
    fields = form(page, "/wishlist/keep/").fields
    answer = visitor.post("/wishlist/keep/", fields, headers=HTMX)
    button = pieces(body(answer))["wishlist-button"]
    assert "Remove from the wishlist" in button and "Keep for later" not in button
    assert button in body(visitor.get(address))
    fields = form(parse(visitor.get(address).content.decode()), "/remove/").fields
    answer = visitor.post(f"/wishlist/{cup.pk}/remove/", fields, headers=HTMX)
    assert "Keep for later" in pieces(body(answer))["wishlist-button"]
    assert kept(visitor) == []


def test_another_variant_of_the_product_is_not_kept_with_it(visitor):
    product = factories.product()
    one, other = (
        factories.variant(product, values=[value])
        for value in factories.option(product, "glaze", "celadon", "ash")
    )
    keep(visitor, one)
    assert "On your wishlist" in words(visitor.get(one.get_absolute_url()))
    assert "On your wishlist" not in words(visitor.get(other.get_absolute_url()))


def test_a_list_of_12_costs_as_much_as_one_of_2(visitor):
    def more(number):
        for _ in range(number):
            keep(visitor, with_picture())
            visitor.get("/wishlist/")  # reads the messages

    more(2)
    few = queries("/wishlist/", visitor)
    more(10)
    assert queries("/wishlist/", visitor) == few


def test_the_button_costs_a_member_one_query_and_a_guest_none(visitor, cup):
    keep(visitor, factories.variant())
    visitor.get("/wishlist/")  # reads the messages
    with CaptureQueriesContext(connection) as captured:
        visitor.get(cup.get_absolute_url())
    read = [query for query in captured if "wishlist_wish" in query["sql"]]
    assert len(read) == (1 if "_auth_user_id" in visitor.session else 0)


@pytest.mark.parametrize("address", ["/", "/search/", "/search/?q=cup"])
def test_shared_pages_do_not_read_it(address, cup, monkeypatch):
    visitor = Client()
    keep(visitor, cup)
    monkeypatch.setattr(wishlist.Wishlist, "ids", property(lambda self: 1 / 0))
    assert visitor.get(address).status_code == 200


# Signing in


def test_signing_in_joins_both_lists_and_leaves_nothing_in_the_session(cup):
    user, both, mine = member(), factories.variant(), factories.variant()
    for each in (mine, both):
        Wish.objects.create(member=user, variant_id=each.pk)
    ada = Visitor()
    for each in (both, cup):
        keep(ada.client, each)
    ada.sign_in()
    assert set(kept(ada.client)) == {cup.pk, both.pk, mine.pk}
    assert Wish.objects.count() == 3
    assert "wishlist" not in ada.client.session
    ada.sign_out()
    assert kept(ada.client) == []
    ada.sign_in()
    assert len(kept(ada.client)) == 3


def test_joining_twice_is_joining_once(cup):
    user = member()
    ada = Visitor()
    keep(ada.client, cup)
    session = ada.client.session
    for _ in range(2):
        wishlist.Wishlist(session, user).take_over()
    assert list(Wish.objects.values_list("variant_id", flat=True)) == [cup.pk]


def test_nobody_sees_or_changes_anothers_list(cup):
    Wish.objects.create(member=member("grace@example.com"), variant_id=cup.pk)
    ada = Client()
    ada.force_login(member())
    assert kept(ada) == []
    ada.post(f"/wishlist/{cup.pk}/remove/")
    assert Wish.objects.count() == 1
