"""What a shopper has looked at: counted once per look, kept small, and begun late."""

import re

import pytest
from django.contrib.sessions.models import Session

import factories
from dom import HTMX
from viewed.viewed import REMEMBERED, SHOWN, Viewed

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def cups():
    return [factories.variant() for _ in range(SHOWN + 2)]


@pytest.fixture
def look(client):
    """Open products' pages, one after the other; returns the last answer."""

    def look(*variants, **headers):
        for variant in variants:
            answer = client.get(variant.get_absolute_url(), headers=headers)
            assert answer.status_code == 200
        return answer

    return look


@pytest.fixture
def counts(client):
    return lambda: client.session.get("viewed")


@pytest.fixture
def shown(client):
    """The products under "Most viewed", in order."""

    def read():
        page = client.get("/cart/").text
        return [int(pk) for pk in re.findall(r'id="product-card-(\d+)"', page)]

    return read


def is_deleted(answer):
    cookie = answer.cookies["first_view"]
    return (cookie.value, cookie["max-age"]) == ("", 0)


def ids(*variants):
    return [variant.product_id for variant in variants]


# The first view


def test_a_first_view_waits_in_a_cookie_and_makes_no_row(client, look, cups):
    answer = look(cups[0])
    cookie = answer.cookies["first_view"]
    assert cookie.value.startswith(f"{cups[0].product_id}:")
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert "sessionid" not in answer.cookies
    assert not Session.objects.exists()


def test_a_second_view_begins_a_session_with_both(client, look, counts, cups):
    look(cups[0])
    answer = look(cups[1])
    assert Session.objects.count() == 1
    assert "sessionid" in answer.cookies
    assert is_deleted(answer)
    assert counts() == [[cups[1].product_id, 1], [cups[0].product_id, 1]]


def test_the_same_product_twice_is_two_views(look, counts, cups):
    look(cups[0], cups[0])
    assert counts() == [[cups[0].product_id, 2]]


def test_a_view_after_something_was_added_counts_the_first_one_too(client, look, counts, cups):
    look(cups[0])
    client.post("/cart/add/", {"variant": cups[0].pk, "quantity": 1})
    answer = look(cups[1])
    assert is_deleted(answer)
    assert counts() == [[cups[1].product_id, 1], [cups[0].product_id, 1]]
    look(cups[1])
    assert counts() == [[cups[1].product_id, 2], [cups[0].product_id, 1]]


@pytest.mark.parametrize("forged", ["1", "1:x:y", "x", ""])
def test_a_forged_first_view_counts_nothing(client, look, cups, forged):
    client.cookies["first_view"] = forged
    look(cups[0])
    assert not Session.objects.exists()


def test_a_view_in_a_session_that_has_gone_breaks_nothing(client, look, cups):
    look(cups[0], cups[1])
    Session.objects.all().delete()
    look(cups[2])
    client.cookies["sessionid"] = "x" * 32
    look(cups[2])


# What is no view


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, HTMX],
    ids=["prefetch", "prerender", "fragment"],
)
def test_what_nobody_has_looked_at_anew_is_not_counted(look, counts, cups, headers):
    assert "first_view" not in look(cups[0], **headers).cookies
    assert not Session.objects.exists()
    look(cups[0], cups[1])
    before = counts()
    look(cups[0], cups[2], **headers)
    assert counts() == before == [[cups[1].product_id, 1], [cups[0].product_id, 1]]


def test_a_head_request_and_a_product_that_is_not_there_are_no_views(client, cups):
    client.head(cups[0].get_absolute_url())
    assert client.get("/p/nothing/").status_code == 404
    assert "first_view" not in client.cookies


# Most viewed


def test_the_most_viewed_come_first_then_the_most_recent(look, shown, cups):
    one, two, three, four, *_ = cups
    look(one, two, two, three, four, four, three, three, one)
    assert shown() == ids(three, one, four, two)
    look(two)
    assert shown() == ids(two, three, one, four)


def test_only_so_many_are_shown(look, shown, cups):
    look(*cups)
    assert shown() == ids(*reversed(cups))[:SHOWN]


def test_what_is_in_the_cart_or_hidden_makes_room_for_others(client, look, shown, cups):
    look(*cups)
    client.post("/cart/add/", {"variant": cups[-1].pk, "quantity": 1})
    type(cups[-2]).objects.filter(pk=cups[-2].pk).update(active=False)
    assert shown() == ids(*reversed(cups[:-2]))[:SHOWN]
    client.post(f"/cart/lines/{cups[-1].pk}/remove/")
    assert shown()[0] == cups[-1].product_id


def test_the_one_looked_at_longest_ago_is_forgotten():
    viewed = Viewed({})
    viewed.record(*range(1, REMEMBERED + 1))
    viewed.record(1)
    viewed.record(REMEMBERED + 1)
    assert REMEMBERED == len(viewed.counts) == 30
    assert viewed.counts[:2] == [[31, 1], [1, 2]]
    assert 2 not in [product_id for product_id, _views in viewed.counts]


# Clearing


def test_clearing_empties_the_list_and_keeps_the_cart(client, look, shown, counts, cups):
    look(*cups)
    client.post("/cart/add/", {"variant": cups[0].pk, "quantity": 1})
    assert shown()
    answer = client.post("/viewed/clear/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart/")
    assert not counts()
    assert shown() == []
    assert client.session["cart"] == {str(cups[0].pk): {"quantity": 1}}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_clearing_forgets_the_first_view_as_well(client, look, counts, cups, headers):
    look(cups[0])
    assert is_deleted(client.post("/viewed/clear/", headers=headers))
    look(cups[1], cups[1])
    assert counts() == [[cups[1].product_id, 2]]


def test_opening_the_address_of_clearing_clears_nothing(client, look, counts, cups):
    look(cups[0], cups[1])
    answer = client.get("/viewed/clear/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/cart/")
    assert len(counts()) == 2


def test_another_picture_of_a_product_is_no_other_view(client, cups, look, counts):
    look(cups[0], cups[1])
    before = counts()
    assert client.get(f"{cups[1].get_absolute_url()}&picture=2").status_code == 200
    assert counts() == before
