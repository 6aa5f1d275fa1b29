"""A member's wishlist. A guest's lives and goes with the session."""

from typing import Any

from wishlist.models import Wish
from wishlist.wishlist import Wishlist

MODELS = [Wish]


def held(member: Any, emails: set[str]) -> dict[str, list[dict]]:
    if member is None:
        return {"wishlist": []}
    kept_at = dict(Wish.objects.filter(member=member).values_list("variant_id", "kept_at"))
    rows = [
        {
            "sku": line.variant.sku if line.variant else "",
            "name": line.variant.title if line.variant else "",
            "kept_at": kept_at[line.variant_id],
        }
        for line in Wishlist({}, member).lines
    ]
    return {"wishlist": rows}


def erase(member: Any, emails: set[str]) -> None:
    if member:
        Wish.objects.filter(member=member).delete()
