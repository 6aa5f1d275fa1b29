"""What becomes of a member's row whose address is another now. All rows here are locked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models.functions import Now

from coupons.models import Coupon
from coupons.person import Person
from newsletter.models.choice import Choice, Source

if TYPE_CHECKING:
    from newsletter.models.subscriber import Subscriber


def take_the_place_of(there: Subscriber, row: Subscriber, source: Source) -> None:
    """At an address where letters were only asked for, on the words that were agreed to at last."""
    agreed = row.consents.filter(confirmed_at__isnull=False)
    words = agreed.values_list("wording", flat=True).last() or ""
    row.consents.filter(ended_at=None).update(ended_at=Now())
    there.consents.update(subscriber=row)  # their links go on leading somewhere
    there.delete()
    Coupon.objects.pass_on(row.person, there.person)
    row._set(email=there.email, person=there.person, confirmed_at=Now())
    choice = Choice(row.language, list(row.topics.all()))
    row._agree(choice, replace(source, wording=words), confirmed_at=Now())


def stand_for_nobody(row: Subscriber) -> None:
    """Off the list, and its address is free: nobody has ended letters there."""
    row.leave()
    row._set(email=None, person=Person.of(f"{row.pk}").email, erased_at=Now())
