"""What carts hold about a person. Erasing a member takes their cart along."""

from typing import Any

from cart.models import CartLine, MemberCart
from catalog.models import Variant

MODELS = [MemberCart, CartLine]


def held(member: Any, emails: set[str]) -> dict[str, list[dict[str, Any]]]:
    if member is None:
        return {}
    lines = list(CartLine.objects.filter(cart=member.pk))
    wanted = Variant.objects.filter(pk__in=[line.variant_id for line in lines])
    skus = dict(wanted.values_list("pk", "sku"))
    codes = MemberCart.objects.filter(pk=member.pk).values_list("codes", flat=True)
    return {
        "cart lines": [
            {
                "variant": line.variant_id,
                "sku": skus.get(line.variant_id),  # None once the shop has deleted it
                "quantity": line.quantity,
                "added": line.added.isoformat(),
            }
            for line in lines
        ],
        "cart codes": [{"code": code} for found in codes for code in found],
    }


def erase(member: Any, emails: set[str]) -> None:
    if member is not None:
        MemberCart.objects.filter(pk=member.pk).delete()
