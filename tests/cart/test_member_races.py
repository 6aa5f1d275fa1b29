"""Two devices of one member at once: nothing is lost, nothing counts twice."""

import re
from functools import partial

import pytest
from django.test import Client

import factories
from cart.keepers import Kept, Member
from cart.models import MemberCart
from orders.models import Order
from races import SERVER, at_once, unguarded
from shopping import Shopper, leads_to
from visiting import EMAIL, PASSWORD, member

pytestmark = pytest.mark.postgres
MANY = 8


@pytest.fixture
def ada(transactional_db):
    return factories.user()


@pytest.fixture
def shop(shop_server):
    return shop_server(**SERVER)


def session(*lines, user=None):
    """The cookie of a browser that held these lines when `user` signed in there."""
    client = Client()
    held = client.session
    held["cart"] = {str(variant.pk): {"quantity": n} for variant, n in lines}
    held.save()
    if user:
        client.force_login(user)
    return {"sessionid": client.cookies["sessionid"].value}


def device(shop, user, *lines):
    return Shopper.over_http(shop.url, cookies=session(*lines, user=user))


def window(shop, of):
    """Another window of the same browser."""
    (key, *_) = (each.value for each in of.client.cookies.jar if each.name == "sessionid")
    return Shopper.over_http(shop.url, cookies={"sessionid": key})


def kept(user):
    return Member(None, user.pk).read()


def add_at_once(shop, user, variants):
    devices = [device(shop, user) for _ in variants]
    answers = at_once([partial(each.add, v) for each, v in zip(devices, variants, strict=True)])
    assert {answer.status_code for answer in answers} == {303}
    return kept(user).count


def test_what_two_devices_add_at_once_is_all_there(shop, ada):
    cup = factories.variant(stock=None)
    assert add_at_once(shop, ada, [cup] * MANY) == MANY
    assert add_at_once(shop, ada, [factories.variant() for _ in range(MANY)]) == 2 * MANY
    assert MemberCart.objects.count() == 1


def test_control_without_the_lock_pieces_are_lost(shop_server, ada):
    shop, cup = shop_server(**SERVER, **unguarded("members")), factories.variant(stock=None)
    assert add_at_once(shop, ada, [cup] * MANY) < MANY


@pytest.fixture
def both(shop, ada):
    """A device with two cups, of a member whose account has one and a pot."""
    cup, pot = factories.variant(price=1000, stock=None), factories.variant(price=5000)
    elsewhere = device(shop, ada)
    elsewhere.add(cup, 1)
    elsewhere.add(pot, 1)
    return device(shop, ada, (cup, 2)), elsewhere, cup, pot


def asked(shopper):
    page = shopper.get("/cart/merge/").text
    return {"seen": re.search(r'name="seen" value="(\w+)"', page)[1], "choice": "combine"}


def test_the_page_that_is_sent_many_times_at_once_merges_once(shop, ada, both):
    shopper, _, cup, pot = both
    form = asked(shopper)
    windows = [window(shop, shopper) for _ in range(MANY)]
    answers = at_once([partial(each.post, "/cart/merge/", **form) for each in windows])
    assert {answer.status_code for answer in answers} == {303}
    assert kept(ada) == Kept({cup.pk: 3, pot.pk: 1})


def test_undo_that_is_sent_many_times_at_once_undoes_once(shop, ada, both):
    shopper, _, cup, pot = both
    shopper.post("/cart/merge/", **asked(shopper))
    windows = [window(shop, shopper) for _ in range(MANY)]
    at_once([partial(each.post, "/cart/merge/undo/") for each in windows])
    assert kept(ada) == Kept({cup.pk: 1, pot.pk: 1})
    shopper.post("/cart/merge/", **asked(shopper))
    assert kept(ada) == Kept({cup.pk: 3, pot.pk: 1})


def test_a_merge_and_another_devices_add_lose_neither(shop, ada, both):
    shopper, elsewhere, cup, pot = both
    form, bowl = asked(shopper), factories.variant()
    merged, added = at_once(
        [partial(shopper.post, "/cart/merge/", **form), partial(elsewhere.add, bowl)]
    )
    assert added.status_code == 303
    if merged.status_code == 422:  # the add came first, and is shown
        shopper.post("/cart/merge/", **asked(shopper))
    assert kept(ada) == Kept({cup.pk: 3, pot.pk: 1, bowl.pk: 1})


@pytest.mark.parametrize("turn", range(3))
def test_a_merge_against_a_placement_loses_nothing_and_sells_what_was_seen(shop, ada, both, turn):
    shopper, elsewhere, cup, pot = both
    method = factories.delivery()
    elsewhere.tell(email=EMAIL)
    elsewhere.choose(method)
    form, agreed = asked(shopper), elsewhere.agree()
    merged, placed = at_once(
        [partial(shopper.post, "/cart/merge/", **form), partial(elsewhere.place, **agreed)]
    )
    if order := Order.objects.first():
        sold = dict(order.lines.values_list("variant_id", "quantity"))
        assert leads_to(placed).startswith("/orders/")
        assert sold == {cup.pk: 1, pot.pk: 1}
        assert merged.status_code == 422 and not kept(ada)
        shopper.post("/cart/merge/", **asked(shopper))
        assert kept(ada) == Kept({cup.pk: 2})
    else:
        assert placed.status_code == 422, "the sum is another one now"
        assert kept(ada) == Kept({cup.pk: 3, pot.pk: 1})


def test_two_devices_place_one_cart_once(shop, ada):
    cup, method = factories.variant(stock=10), factories.delivery()
    devices = [device(shop, ada) for _ in range(4)]
    devices[0].add(cup, 2)
    agreed = []
    for each in devices:
        each.tell(email=EMAIL)
        each.choose(method)
        agreed.append(each.agree())
    at_once([partial(each.place, **form) for each, form in zip(devices, agreed, strict=True)])
    assert Order.objects.count() == 1
    cup.refresh_from_db()
    assert cup.stock == 8 and not kept(ada)


def test_a_double_sign_in_takes_the_devices_cart_once(shop, transactional_db):
    ada, cup = member(), factories.variant(stock=None)
    cookies = session((cup, 2))
    windows = [Shopper.over_http(shop.url, cookies=cookies) for _ in range(4)]
    fields = {"login": EMAIL, "password": PASSWORD}
    answers = at_once([partial(each.post, "/account/login/", **fields) for each in windows])
    assert 302 in {answer.status_code for answer in answers}
    assert {answer.status_code for answer in answers} < {200, 302, 400, 422}
    assert kept(ada) == Kept({cup.pk: 2})
