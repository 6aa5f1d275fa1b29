"""What an order would cost now."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from cart.cart import Line
from cart.codes import goods_of
from catalog.models import Variant
from coupons.discounts import Discounts
from coupons.person import Person
from money.tax import tax_within
from orders.models import DeliveryMethod


@dataclass(frozen=True)
class QuoteLine:
    variant: Variant
    quantity: int
    discount: int = 0  # minor units off the whole line

    @property
    def total(self) -> int:
        """Before the discount."""
        return self.variant.price * self.quantity

    @property
    def charged(self) -> int:
        return self.total - self.discount

    @property
    def rate(self) -> int:
        return self.variant.product.tax_class.rate

    @property
    def tax(self) -> int:
        """The tax within what is charged: rounded per line, so that refunds add up."""
        return tax_within(self.charged, self.rate)


class Quote:
    """Lines and delivery at today's prices, less what the codes take off.

    Amounts are minor units, tax included. A limit per person is looked at if the person is known.
    """

    def __init__(
        self,
        lines: list[Line],
        method: DeliveryMethod,
        codes: Sequence[str] = (),
        person: Person | None = None,
    ) -> None:
        self.method = method
        self.currency: str = settings.SHOP_CURRENCY
        self.goods = sum(line.total for line in lines)
        # Whether delivery is free goes by the goods' full price: no code makes it dearer.
        self.delivery_price = method.price_for(self.goods)
        self.discounts = Discounts(codes, goods_of(lines), self.delivery_price, person)
        bought = [line for line in lines if line.variant]
        self.lines = [
            QuoteLine(line.variant, line.quantity, off)
            for line, off in zip(bought, self.discounts.off_lines, strict=True)
            if line.variant
        ]

    @property
    def discount(self) -> int:
        """Off the goods."""
        return self.discounts.goods

    @property
    def delivery_discount(self) -> int:
        return self.discounts.off_delivery

    @property
    def delivery_tax_rate(self) -> int:
        return self.method.tax_class.rate

    @property
    def delivery_tax(self) -> int:
        return tax_within(self.delivery_price - self.delivery_discount, self.delivery_tax_rate)

    @property
    def total(self) -> int:
        return self.goods - self.discount + self.delivery_price - self.delivery_discount

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines) + self.delivery_tax

    @property
    def digest(self) -> str:
        """Tells one quote from another: a review page carries it, placement compares it.

        It holds no price that anyone trusts; it only shows whether the shopper saw this quote.
        """
        parts: list[str | int] = [self.currency, self.method.code, self.delivery_price, self.tax]
        for line in sorted(self.lines, key=lambda each: each.variant.pk):
            parts += [line.variant.pk, line.quantity, line.total, line.discount]
        for used in self.discounts.used:
            parts += [used.code, used.amount]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
