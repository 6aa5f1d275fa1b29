"""Two at once: asking for a file, making it, erasing while something is bought."""

from functools import partial

import pytest

import factories
from members.models import User
from orders import flows
from orders.models import Order
from placing import cart_of, place
from privacy import making
from privacy.models import Export
from races import at_once, in_a_thread
from visiting import member
from web.sessions import SessionStore
from wishlist.models import Wish
from wishlist.wishlist import Wishlist

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("folder"),
]


def test_of_many_who_ask_one_begins_a_file():
    user = member()
    begun = at_once([in_a_thread(partial(making.ask, user))] * 8)
    assert sorted(begun) == [False] * 7 + [True]
    assert Export.objects.count() == 1


def test_of_many_workers_one_makes_the_file(folder):
    making.ask(member())
    at_once([in_a_thread(making.sweep)] * 8)
    assert Export.objects.get().state == "ready"
    assert [path.name for path in folder.iterdir()] == [Export.objects.get().name]


def erased(user):
    """The name of the error, if it was refused."""
    try:
        flows.erase(User.objects.get(pk=user.pk), flows.addresses(user))
    except (flows.NotErased, User.DoesNotExist) as reason:
        return type(reason).__name__
    return ""


def bought(user, cart, method):
    try:
        return place(cart=cart, member=user, method=method)
    except Exception as reason:
        return type(reason).__name__


@pytest.mark.parametrize("round_", range(6))
def test_erasing_while_an_order_is_placed_leaves_no_order_with_a_name_and_no_account(round_):
    """Either the order is first, and hinders; or the erasing is, and nobody buys any more."""
    user, variant, method = member(), factories.variant(), factories.delivery()
    cart = cart_of((variant, 1))
    with cart.session.locked():
        cart.session["_auth_user_id"] = str(user.pk)
    again = SessionStore(cart.session.session_key)
    ended, order = at_once(
        [
            in_a_thread(partial(erased, user)),
            in_a_thread(partial(bought, user, type(cart)(again), method)),
        ]
    )
    assert ended in {"", "NotErased"}
    if ended:
        assert User.objects.count() == 1 and Order.objects.get().member_id == user.pk
    else:
        assert User.objects.count() == Order.objects.count() == 0, order


def test_erasing_twice_at_once_is_erasing_once():
    user = member()
    Wish.objects.create(member=user, variant_id=1)
    at_once([in_a_thread(partial(erased, user))] * 4)
    assert User.objects.count() == Wish.objects.count() == 0


def test_of_two_superusers_who_leave_at_once_one_stays():
    both = [
        member(f"{name}@example.com", is_superuser=True, is_staff=True) for name in ("ada", "grace")
    ]
    at_once([in_a_thread(partial(erased, user)) for user in both])
    assert User.objects.count() == 1


def test_signing_in_twice_at_once_joins_the_lists_once():
    user, cups = member(), [factories.variant() for _ in range(3)]
    session = SessionStore()
    for cup in cups:
        Wishlist(session).keep(cup.pk)
    key = session.session_key

    def join():
        Wishlist(SessionStore(key), user).take_over()

    at_once([in_a_thread(join)] * 6)
    assert sorted(Wishlist({}, user).ids) == sorted(cup.pk for cup in cups)
    assert "wishlist" not in SessionStore(key)
