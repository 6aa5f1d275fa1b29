"""What an order would cost now."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from cart.cart import Line
from catalog.models import Variant
from money.tax import tax_within
from orders.models import DeliveryMethod


@dataclass(frozen=True)
class QuoteLine:
    variant: Variant
    quantity: int

    @property
    def total(self) -> int:
        return self.variant.price * self.quantity

    @property
    def rate(self) -> int:
        return self.variant.product.tax_class.rate

    @property
    def tax(self) -> int:
        """The tax within the line's total: rounded per line, so that refunds add up."""
        return tax_within(self.total, self.rate)


class Quote:
    """Lines and delivery at today's prices. Amounts are minor units, tax included."""

    def __init__(self, lines: list[Line], method: DeliveryMethod) -> None:
        self.lines = [QuoteLine(line.variant, line.quantity) for line in lines if line.variant]
        self.method = method
        self.currency: str = settings.SHOP_CURRENCY

    @cached_property
    def goods(self) -> int:
        return sum(line.total for line in self.lines)

    @cached_property
    def delivery_price(self) -> int:
        return self.method.price_for(self.goods)

    @property
    def delivery_tax_rate(self) -> int:
        return self.method.tax_class.rate

    @property
    def delivery_tax(self) -> int:
        return tax_within(self.delivery_price, self.delivery_tax_rate)

    @property
    def total(self) -> int:
        return self.goods + self.delivery_price

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
            parts += [line.variant.pk, line.quantity, line.total]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
