"""Whom a campaign is for: everybody on the list who fits all that it asks for, and each once."""

from datetime import timedelta

import pytest
from django.utils import timezone

import factories
import placing
from campaigning import campaign, readers, topic
from campaigns.audience import audience
from members.models import User
from newsletter.models import Subscriber
from orders.models import Order

pytestmark = pytest.mark.django_db


def reached(**asked):
    many = {name: asked.pop(name) for name in ("products", "categories") if name in asked}
    made = campaign(**asked)
    for name, chosen in many.items():
        getattr(made, name).set(chosen)
    return sorted(str(each).partition("@")[0] for each in audience(made))


def bought(variant, email, *, paid=True, days=0, member=None):
    order = placing.place((variant, 1), email=email)
    if paid:
        placing.pay(order)
    placed = timezone.now() - timedelta(days=days)
    Order.objects.filter(pk=order.pk).update(placed_at=placed, member=member)


def test_it_is_those_on_the_list_and_nobody_else():
    ada, grace, jean = readers("ada", "grace", "jean")
    grace.leave()
    jean.suppress(Subscriber.Reason.BOUNCED)
    Subscriber.objects.create(email="new@example.com", person="new", language="en")
    assert reached() == ["ada"]
    ada.erase()
    assert reached() == []


def test_topic_and_language_leave_others_out():
    tea, clay = topic("Tea"), topic("Clay")
    readers("both", topics=[tea, clay])
    readers("tea", topics=[tea])
    readers("cha", language="zh-hant", topics=[tea])
    assert reached(topic=tea) == ["both", "cha", "tea"]
    assert reached(topic=clay) == ["both"]
    assert reached(topic=tea, language="zh-hant") == ["cha"]


@pytest.fixture
def shop(db):
    """Who has bought what: by address, as a member under another address, unpaid, long ago."""
    factories.delivery()
    cup = factories.variant()
    pot = factories.variant(factories.product(category=factories.category(cup.product.category)))
    readers("cup", "pot", "unpaid", "nothing", "member", "long-ago")
    user: User = factories.user("elsewhere@example.com")
    Subscriber.objects.filter(email="member@example.com").update(member=user)
    bought(cup, "CUP@example.com")
    bought(cup, "cup@example.com")
    bought(pot, "pot@example.com")
    bought(cup, "unpaid@example.com", paid=False)
    bought(cup, "elsewhere@example.com", member=user)
    bought(cup, "long-ago@example.com", days=100)
    return cup.product, pot.product


def test_customers_of_a_product_or_of_a_category_and_all_below_it(shop):
    cup, pot = shop
    assert reached(products=[cup]) == ["cup", "long-ago", "member"]
    assert reached(products=[pot]) == ["pot"]
    assert reached(categories=[pot.category]) == ["pot"]
    assert reached(categories=[cup.category]) == ["cup", "long-ago", "member", "pot"]
    assert reached(products=[cup], categories=[pot.category]) == [
        *("cup", "long-ago", "member", "pot")
    ]


def test_ordered_since_and_not_ordered_since(shop):
    day = timezone.localdate() - timedelta(days=50)
    assert reached(ordered_since=day) == ["cup", "member", "pot"]
    assert reached(not_ordered_since=day) == ["long-ago", "nothing", "unpaid"]
    assert reached(not_ordered_since=day, products=[shop[0]]) == ["long-ago"]
