"""Whom a campaign is for, as one query: on the list, and all that the campaign asks for."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone

from catalog.models import Category
from newsletter.models import Subscriber
from orders.models import Order

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.models import Campaign

BOUGHT = (Order.State.PAID, Order.State.FULFILLED)


def audience(campaign: Campaign) -> QuerySet[Subscriber]:
    """Each subscriber once."""
    found = willing(campaign)
    if goods := _goods(campaign):
        found = found.filter(_ordered(goods))
    if day := campaign.ordered_since:
        found = found.filter(_ordered(Q(placed_at__gte=_begin_of(day))))
    if day := campaign.not_ordered_since:
        found = found.exclude(_ordered(Q(placed_at__gte=_begin_of(day))))
    return found


def willing(campaign: Campaign) -> QuerySet[Subscriber]:
    """Who gets it by their own choice, which is asked once more as each letter goes."""
    found = Subscriber.objects.filter(state=Subscriber.State.CONFIRMED)
    if campaign.language:
        found = found.filter(language=campaign.language)
    if campaign.topic_id:
        wants = Subscriber.topics.through.objects.filter(
            subscriber=OuterRef("pk"), topic=campaign.topic_id
        )
        found = found.filter(Exists(wants))
    return found


def _goods(campaign: Campaign) -> Q | None:
    """Orders with one of the products, or with something in one of the categories or below."""
    products = list(campaign.products.values_list("pk", flat=True))
    tops = list(campaign.categories.values_list("pk", flat=True))
    places = Category.objects.ids_below(*tops) if tops else []
    if not products and not places:
        return None
    sold = Q(lines__variant__product__in=products)
    return sold | Q(lines__variant__product__category__in=places)


def _ordered(which: Q) -> Q:
    """Those with such an order: of their address, or of the member that they are."""
    orders: Any = Order.objects.filter(which, state__in=BOUGHT).order_by()
    of_address = orders.alias(small=Lower("email")).filter(small=OuterRef("email"))
    return Q(Exists(of_address)) | Q(Exists(orders.filter(member=OuterRef("member"))))


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
