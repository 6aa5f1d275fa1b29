from api.manners.asked import Asked, Whole
from api.shapes.base import Shape
from api.shapes.catalog import ProductShape, VariantDetailShape


class WishShape(Shape):
    id = Whole("The variant’s.", source="variant_id")
    variant = VariantDetailShape(allow_null=True, help_text="Null if it has left the shop.")


class WishlistShape(Shape):
    items = WishShape(source="lines", many=True)


class AskedWish(Asked):
    variant = Whole("A variant’s `id`.", schema={"minimum": 1})


class ViewedShape(Shape):
    """What was looked at on the shop’s pages in this session, the most viewed first."""

    items = ProductShape(many=True)
