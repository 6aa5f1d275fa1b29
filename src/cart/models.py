from django.conf import settings
from django.db import models
from django.db.models import Q


class MemberCart(models.Model):
    """A member's cart, the same on all their devices. Its row is locked before it changes."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="cart", primary_key=True
    )
    codes = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"cart of member {self.pk}"


class CartLine(models.Model):
    """A variant and how many of it. A variant that the shop deletes leaves its id, so that the
    member reads that it is gone; ids are never given out again.
    """

    cart = models.ForeignKey(MemberCart, models.CASCADE, related_name="lines")
    variant = models.ForeignKey(
        "catalog.Variant", models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    quantity = models.PositiveSmallIntegerField()
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="one_line_per_variant"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=settings.CART_MAX_QUANTITY),
                name="cart_line_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × variant {self.variant_id}"
