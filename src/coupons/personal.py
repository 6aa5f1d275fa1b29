"""Who has used a code is kept as keyed hashes; with an address in hand they can be found."""

from typing import Any

from django.db.models import Q, QuerySet

from coupons.models import Coupon, Redemption
from coupons.person import Person

MODELS = [Coupon, Redemption]
NOBODY = "-"  # no keyed hash is so


def _hashes(emails: set[str]) -> list[str]:
    return [Person.of(email).email for email in emails]


def _of(member: Any, emails: set[str]) -> QuerySet[Redemption]:
    theirs = Q(person__in=_hashes(emails))
    if member:
        theirs |= Q(member=Person.of("", member.pk).member)
    return Redemption.objects.filter(theirs)


def held(member: Any, emails: set[str]) -> dict[str, list[dict]]:
    uses = _of(member, emails).values("about", "taken_at", "given_back_at", "coupon__code")
    names = {"about": "order", "coupon__code": "code"}
    rows = [{names.get(key, key): value for key, value in use.items()} for use in uses]
    own = Coupon.objects.filter(only_for__in=_hashes(emails))
    return {
        "coupons": rows,
        "own_codes": [dict(row) for row in own.values("code", "valid_until", "used")],
    }


def erase(member: Any, emails: set[str]) -> None:
    """The uses stay counted, but for nobody; codes of their own end."""
    Coupon.objects.filter(only_for__in=_hashes(emails)).update(only_for=NOBODY, active=False)
    _of(member, emails).update(person="", member="")
