"""What search engines are told of categories and products: the page's own integers and addresses
as things of schema.org.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from catalog.models import Availability, Category, Picture, Product, Variant
from money.currency import major
from web.head import Head, Preview, Thing, absolute, breadcrumb

SCHEMA = "https://schema.org"
AVAILABILITY = {
    Availability.IN_STOCK: f"{SCHEMA}/InStock",
    Availability.FEW: f"{SCHEMA}/LimitedAvailability",
    Availability.MADE_TO_ORDER: f"{SCHEMA}/MadeToOrder",
    Availability.SOLD_OUT: f"{SCHEMA}/OutOfStock",
}
# What schema.org calls an option; of others it is told by the variant's name alone.
OPTIONS = {
    **dict.fromkeys(("colour", "cover", "envelope", "glaze"), "color"),
    **dict.fromkeys(("metal", "wood"), "material"),
    "size": "size",
}


def category_head(category: Category, page: int = 1) -> Head:
    """The first page has the category's own address; filters and order have none."""
    path = category.get_absolute_url() + (f"?page={page}" if page > 1 else "")
    things = [_breadcrumb(category.path())]
    text, picture = category.text or category.name, preview(category.picture)
    return Head(path, category.name, text, picture, things=things)


def product_head(product: Product) -> Head:
    """For a product of `for_detail`: the same whichever variant is chosen."""
    things = [product_thing(product), _breadcrumb([*product.category.path(), product])]
    path, picture = product.get_absolute_url(), preview(product.main_picture)
    return Head(path, product.name, product.text, picture, "product", things)


def preview(picture: Picture | None) -> Preview | None:
    if picture is None:
        return None
    return Preview(*picture.large, alt=picture.alt)


def product_thing(product: Product) -> Thing:
    """A product, or a group of the variants that can be chosen."""
    common = {
        "name": product.name,
        "description": product.text,
        "url": absolute(product.get_absolute_url()),
        "brand": {"@type": "Brand", "name": str(settings.SHOP_NAME)},
    }
    codes = [option.code for option in product.options.all()]
    if not codes:
        return {"@type": "Product"} | common | _sold(product.shown_variants[0])
    varies = dict.fromkeys(f"{SCHEMA}/{OPTIONS[code]}" for code in codes if code in OPTIONS)
    group = {"@type": "ProductGroup", "productGroupID": product.slug, "variesBy": list(varies)}
    return (
        group
        | common
        | {"hasVariant": [_variant(each, product) for each in product.shown_variants]}
    )


def _variant(variant: Variant, product: Product) -> Thing:
    names = {option.pk: OPTIONS.get(option.code, "") for option in product.options.all()}
    told = [(names[value.option_id], value.name) for value in variant.values.all()]
    chosen = {name: value for name, value in told if name}
    return {"@type": "Product", "name": variant.title} | chosen | _sold(variant)


def _sold(variant: Variant) -> dict[str, Any]:
    """What differs from variant to variant: SKU, pictures and the offer."""
    images = [absolute(picture.large[0]) for picture in variant.pictures]
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": absolute(variant.get_absolute_url()),
        "price": _amount(variant.price),
        "priceCurrency": settings.SHOP_CURRENCY,
        "availability": AVAILABILITY[variant.availability],
        "itemCondition": f"{SCHEMA}/NewCondition",
    }
    if variant.compare_at:
        offer["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "priceType": f"{SCHEMA}/StrikethroughPrice",
            "price": _amount(variant.compare_at),
            "priceCurrency": settings.SHOP_CURRENCY,
        }
    return {"sku": variant.sku, "image": images, "offers": offer}


def _amount(minor: int) -> str:
    """2400 → "24.00", whatever the reader's way of writing it."""
    return str(major(minor, settings.SHOP_CURRENCY))


def _breadcrumb(steps: Iterable[Category | Product]) -> Thing:
    return breadcrumb(*((step.name, step.get_absolute_url()) for step in steps))
