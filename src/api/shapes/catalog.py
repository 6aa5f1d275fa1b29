from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.manners.asked import Text, Whole, Yes
from api.shapes.base import Money, Named, Page, Shape
from catalog.cards import Card
from catalog.models import Availability, Product
from web.head import absolute


class CategoryShape(Shape):
    slug = Text()
    name = Text()
    page = Page(source="get_absolute_url")


class BranchShape(CategoryShape):
    """A category and those within it."""

    text = Text("What an editor has written about it; may be empty.")
    branches = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": {"$ref": "#/components/schemas/Branch"}})
    def get_branches(self, category: Any) -> Any:
        return BranchShape(category.branches, many=True).data


class CategoryDetailShape(BranchShape):
    path = CategoryShape(many=True, help_text="From the top down to itself.")


class PictureShape(Shape):
    url = serializers.SerializerMethodField()
    width = serializers.SerializerMethodField()
    height = serializers.SerializerMethodField()
    alt = Text("What it shows, for who does not see it.")

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, picture: Any) -> str:
        return absolute(picture.large[0])

    def get_width(self, picture: Any) -> int:
        return picture.large[1]

    def get_height(self, picture: Any) -> int:
        return picture.large[2]


AVAILABLE = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "enum": Availability.values},
        "text": {"type": "string"},
    },
    "required": ["code", "text"],
}


@extend_schema_field(AVAILABLE)
class Available(serializers.Field[Any, Any, Any, Any]):
    """Whether it can be had, for programs and for people."""

    def to_representation(self, value: Availability) -> dict[str, str]:
        return {"code": value.value, "text": str(value.label)}


class VariantShape(Shape):
    """What is put into a cart: a product with all its choices made."""

    id = Whole("What `POST /cart/lines/` takes.", source="pk")
    sku = Text()
    choices = Text("In words, such as “Celadon, Large”; empty where there is nothing to choose.")
    values = serializers.SerializerMethodField(help_text="Option → value, by their codes.")
    price = Money(help_text="Tax included.")
    compare_at = Money(allow_null=True, help_text="Of a sale: what it cost before.")
    availability = Available()
    page = Page(source="get_absolute_url")

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_values(self, variant: Any) -> dict[str, str]:
        codes = {option.pk: option.code for option in variant.product.options.all()}
        return {codes[value.option_id]: value.code for value in variant.values.all()}


class VariantDetailShape(VariantShape):
    title = Text()
    product = Text("The slug of its product.", source="product.slug")


class ProductShape(Shape):
    """A product in a list."""

    slug = Text()
    name = Text()
    category = CategoryShape()
    price = Money(source="cheapest.price", help_text="Of its cheapest variant.")
    price_varies = Yes("Whether others cost more.")
    availability = serializers.SerializerMethodField()
    picture = PictureShape(source="main_picture", allow_null=True)
    page = Page(source="get_absolute_url")

    @extend_schema_field(Available)
    def get_availability(self, product: Product) -> dict[str, str]:
        stocks = [variant.stock for variant in product.shown_variants]
        found = Card.of(product.pk, stocks).variant.availability
        return Available().to_representation(found)


class OptionShape(Named):
    values = Named(source="values.all", many=True)


class ProductDetailShape(ProductShape):
    text = Text()
    care = Text("May be empty.")
    origin = Text("May be empty.")
    options = OptionShape(source="options.all", many=True)
    variants = VariantShape(source="shown_variants", many=True)
    pictures = PictureShape(source="pictures.all", many=True)


class ValueShape(Named):
    count = Whole("How many products it would leave.")
    chosen = Yes()


class FacetShape(Named):
    """An option that some of the products have, to filter by."""

    values = ValueShape(many=True)


class ListShape(Shape):
    count = Whole("All that fit, on whichever page.")
    items = ProductShape(many=True)
    facets = FacetShape(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null at the end.")
