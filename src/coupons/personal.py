"""Who has used a code is kept as keyed hashes; with an address in hand they can be found."""

from typing import Any

from django.db.models import Q, QuerySet

from coupons.models import Redemption
from coupons.person import Person

MODELS = [Redemption]


def _of(member: Any, emails: set[str]) -> QuerySet[Redemption]:
    theirs = Q(person__in=[Person.of(email).email for email in emails])
    if member:
        theirs |= Q(member=Person.of("", member.pk).member)
    return Redemption.objects.filter(theirs)


def held(member: Any, emails: set[str]) -> dict[str, list[dict]]:
    uses = _of(member, emails).values("about", "taken_at", "given_back_at", "coupon__code")
    names = {"about": "order", "coupon__code": "code"}
    rows = [{names.get(key, key): value for key, value in use.items()} for use in uses]
    return {"coupons": rows}


def erase(member: Any, emails: set[str]) -> None:
    """The uses stay counted, but for nobody."""
    _of(member, emails).update(person="", member="")
