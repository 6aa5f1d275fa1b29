"""A product with one of its variants chosen: what the product page shows."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from catalog import kept
from catalog.models import Option, OptionValue, Picture, Product, Variant


@dataclass(frozen=True)
class Choice:
    """One value of an option, and the variant that choosing it leads to."""

    value: OptionValue
    variant: Variant
    chosen: bool


@dataclass(frozen=True)
class Shot:
    """One of the pictures of the variant, and the page that shows it large."""

    number: int
    picture: Picture
    address: str
    chosen: bool


class Detail:
    def __init__(self, product: Product, sku: str | None = None, shown: str = "") -> None:
        """Take a product of `for_detail` and choose a variant: `sku`, or the first to be had.

        `shown` is the number of the picture to show large; the first, if there is no such.

        Raises Variant.DoesNotExist for a SKU that is not one of the product's.
        """
        self.product = product
        self.variants = product.shown_variants
        self.variant = self._chosen(sku)
        self.shots = self._shots(shown)

    @classmethod
    def of(cls, variant: Variant) -> Self:
        """Of a variant that can be bought, read with its product."""
        found = kept.product(variant.product.slug)
        return cls(found or Product.objects.for_detail().get(pk=variant.product_id), variant.sku)

    def _chosen(self, sku: str | None) -> Variant:
        if sku:
            found = [variant for variant in self.variants if variant.sku == sku]
        else:
            found = sorted(self.variants, key=lambda variant: variant.on_hand == 0)
        if not found:
            raise Variant.DoesNotExist(sku)
        return found[0]

    def _shots(self, shown: str) -> list[Shot]:
        pictures = self.variant.pictures
        known = shown in {str(n) for n in range(1, len(pictures) + 1)}
        here = self.variant.get_absolute_url()
        return [
            Shot(
                n,
                picture,
                f"{here}&picture={n}" if n > 1 else here,
                str(n) == (shown if known else "1"),
            )
            for n, picture in enumerate(pictures, start=1)
        ]

    @property
    def large(self) -> Picture | None:
        """The picture shown large."""
        return next((shot.picture for shot in self.shots if shot.chosen), None)

    @cached_property
    def options(self) -> list[tuple[Option, list[Choice]]]:
        """Every option with its choices, each leading to a variant that exists.

        A choice keeps the values chosen for the options before it. Where the rest cannot be kept
        too, it leads to the first variant that can be had.
        """
        mine = self._values(self.variant)
        result, kept = [], set[OptionValue]()
        for option in self.product.options.all():
            values = option.values.all()
            choices = [self._choice(value, kept, mine) for value in values]
            result.append((option, [choice for choice in choices if choice]))
            kept |= mine & set(values)
        return result

    def _choice(
        self, value: OptionValue, kept: set[OptionValue], mine: set[OptionValue]
    ) -> Choice | None:
        fitting = [v for v in self.variants if kept | {value} <= self._values(v)]
        if not fitting:
            return None
        best = max(fitting, key=lambda v: (len(self._values(v) & mine), v.on_hand > 0))
        return Choice(value, best, value in mine)

    def _values(self, variant: Variant) -> set[OptionValue]:
        return set(variant.values.all())
