"""Says what the shop holds, in numbers that a restored shop must say again."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count, Sum

from catalog.models import Picture, Product, Variant
from members.models import User
from orders.models import Capture, Order, Refund
from outbox.models import Message


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(tally(), indent=2))


def tally() -> dict[str, Any]:
    """Amounts are minor units."""
    orders = Order.objects.order_by("state").values_list("state")
    pictures = [each.image for each in Picture.objects.all()]
    return {
        "orders": dict(orders.annotate(Count("pk"))),
        "totals": dict(orders.annotate(Sum("total"))),
        "captured": Capture.objects.aggregate(sum=Sum("amount", default=0))["sum"],
        "refunded": Refund.objects.filter(state="done").aggregate(sum=Sum("amount", default=0))[
            "sum"
        ],
        "members": User.objects.count(),
        "products": Product.objects.count(),
        "stock": Variant.objects.aggregate(sum=Sum("stock", default=0))["sum"],
        "mails": Message.objects.count(),
        "pictures": len(pictures),
        "pictures without a file": sum(
            not file.storage.exists(str(file.name)) for file in pictures
        ),
    }
