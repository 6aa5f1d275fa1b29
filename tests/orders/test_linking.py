"""A guest's orders become the member's who proves the address, and nobody else's."""

import pytest
from allauth.account.models import EmailAddress

import factories
from orders import flows
from orders.models import Order
from visiting import EMAIL, Visitor, mailed_code, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(place):
    return place((factories.variant(), 1), email="Ada@Example.com")


def owner(order):
    return Order.objects.get(pk=order.pk).member


def test_an_account_that_is_opened_has_them_once_its_address_is_confirmed(order):
    ada = Visitor()
    answer = ada.sign_up()
    assert owner(order) is None
    ada.fill(answer, code=mailed_code())
    assert owner(order).email == EMAIL
    assert order.number in ada.client.get("/orders/").text


def test_orders_placed_since_are_there_after_the_next_sign_in(order, place):
    ada = Visitor()
    user = member()
    ada.sign_in()
    assert owner(order) == user
    ada.sign_out()
    later = place((factories.variant(), 1), email=EMAIL)
    assert owner(later) is None
    ada.sign_in()
    assert owner(later) == user


def test_a_mailed_code_and_a_new_address_link_too(order, place):
    ada = Visitor()
    user = member()
    ada.fill(ada.send("login/code/", email=EMAIL), code=mailed_code())
    assert owner(order) == user
    other = place((factories.variant(), 1), email="byron@example.com")
    answer = ada.once_more(ada.send("email/", email="byron@example.com"))
    assert owner(other) is None
    ada.fill(answer, code=mailed_code("byron@example.com"))
    assert owner(other) == user
    assert owner(order) == user  # and keeps those of the old one


def test_an_address_that_nobody_has_proved_brings_nothing(order):
    user = factories.user("mallory@example.com")
    EmailAddress.objects.create(user=user, email=EMAIL, verified=False, primary=True)
    assert flows.link(user) == 0
    assert owner(order) is None
    assert flows.link(factories.user("grace@example.com")) == 0


def test_it_is_done_once_and_takes_nothing_from_another_member(order, place):
    user, grace = member(), factories.user("grace@example.com")
    hers = place((factories.variant(), 1), email=EMAIL, member=grace)
    others = place((factories.variant(), 1), email="ada@example.com.tw")
    assert [flows.link(user), flows.link(user)] == [1, 0]
    assert (owner(order), owner(hers), owner(others)) == (user, grace, None)


def test_nothing_about_the_order_itself_changes(order):
    before = Order.objects.filter(pk=order.pk).values().get()
    user = member()
    flows.link(user)
    after = Order.objects.filter(pk=order.pk).values().get()
    assert after == before | {"member_id": user.pk}
