from collections.abc import Sequence
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, QueryDict
from django.utils.translation import get_language, gettext
from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from api.manners.paging import limit_of, next_page
from api.manners.problems import Problem
from api.schema.described import described
from api.shapes.catalog import (
    BranchShape,
    CategoryDetailShape,
    ListShape,
    ProductDetailShape,
    ProductShape,
    VariantDetailShape,
)
from api.view import PublicView, shown
from cache.flight import many
from cache.versions import SHOP, STOCK
from catalog import kept
from catalog.forms import SEARCH_SORTS, SORTS
from catalog.listing import Listing
from catalog.models import Product, Variant
from catalog.offers import Offers

MOST = 48  # products of a page of a list


def query(name: str, says: str, kind: Any = str, **more: Any) -> OpenApiParameter:
    more.setdefault("location", OpenApiParameter.QUERY)
    return OpenApiParameter(name, kind, description=says, **more)


SORT_CODES = sorted({code for code, _name in [*SORTS, *SEARCH_SORTS] if code})
FILTERS = [
    query("q", "Words to look for, in either language."),
    query("category", "A category’s slug; what is in its branches belongs to it."),
    query("sort", "Without it: the shop’s order, or the best match first.", enum=SORT_CODES),
    query("min", "The lowest price, as people write it: 24 or 24.50."),
    query("max", "The highest price."),
    query("available", "Only what can be had now.", bool),
    query("after", "Where the page begins: the slug of the last product before it."),
    query("limit", "Products on the page.", {"type": "integer", "minimum": 1, "maximum": MOST}),
    query(
        "options",
        "Any option by its code, as in `glaze=celadon&glaze=oat`.",
        {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        style="form",
        explode=True,
    ),
]


class Catalog(PublicView):
    tag = "Catalogue"


class Categories(Catalog):
    @described("listCategories", "All categories, as a tree", gives=BranchShape(many=True))
    def get(self, request: Any) -> Response:
        return Response(BranchShape(kept.tree(), many=True).data)


class Category(Catalog):
    @described("readCategory", "A category, and where it stands", gives=CategoryDetailShape)
    def get(self, request: Any, slug: str) -> Response:
        return shown(CategoryDetailShape, _category(slug))


class Products(Catalog):
    @described(
        "listProducts",
        "Products: browse, search and filter",
        gives=ListShape,
        says="The filters are those of the shop’s pages, under the same names.",
        query=FILTERS,
        also=(404, 422),
    )
    def get(self, request: Any) -> Response:
        listing = _listing(request.GET)
        after, limit = _place(request.GET.get("after")), limit_of(request, 24, MOST)
        page = items(_following(listing, after, limit + 1))
        rest = page[limit:] and page[limit - 1]["slug"]
        told = {"count": listing.count, "items": [], "facets": listing.facets}
        told["next"] = next_page(request, rest)
        return Response(ListShape(told).data | {"items": page[:limit]})


class OneProduct(Catalog):
    @described("readProduct", "A product with its choices", gives=ProductDetailShape)
    def get(self, request: Any, slug: str) -> Response:
        found = kept.product(slug)
        if found is None:
            raise Http404
        return shown(ProductDetailShape, found)


class OneVariant(Catalog):
    @described("readVariant", "A variant by its SKU", gives=VariantDetailShape)
    def get(self, request: Any, sku: str) -> Response:
        chosen = Variant.objects.buyable().filter(sku=sku)
        found = kept.product(chosen.values_list("product__slug", flat=True).first() or "")
        # The row may be newer than what is kept: then it is there as soon as the product has it.
        variant = next((v for v in found.shown_variants if v.sku == sku), None) if found else None
        if variant is None:
            raise Http404
        return shown(VariantDetailShape, variant)


def _category(slug: str) -> Any:
    found = kept.category(slug)
    if found is None:
        raise Http404
    return found


def _listing(query: QueryDict) -> Listing:
    """As the pages have it: of a category, of what a search has found, or of everything."""
    asked = query.get("q", "").replace("\0", "").strip()
    ranked = kept.found(asked) if asked else None
    products, slug = Product.objects.shown(), query.get("category", "")
    if slug:
        products = products.filter(category__in=[c.pk for c in _category(slug).family()])
    wanted = query.copy()
    wanted.pop("page", None)
    listing = Listing(Offers(products, f"api:{slug}:{asked}", ranked), "", wanted)
    if listing.form.errors:
        raise Problem("refused", wrong=_in_query(listing.form.errors))
    return listing


def _in_query(errors: Any) -> list[tuple[str, str]]:
    return [(name, str(words)) for name, found in errors.items() for words in found]


def _following(listing: Listing, after: int | None, most: int) -> list[int]:
    try:
        return listing.following(after, most)
    except ValueError as error:
        words = gettext("It is not in this list.")
        raise Problem("refused", wrong=[("after", words)]) from error


def _place(slug: str | None) -> int | None:
    """The id of the product that a page comes after."""
    if not slug:
        return None
    found = Product.objects.filter(slug=slug.replace("\0", "")).values_list("pk", flat=True).first()
    if found is None:
        raise Problem("refused", wrong=[("after", gettext("There is no such product."))])
    return found


def items(ids: Sequence[int]) -> list[dict[str, Any]]:
    """Each is worked out once for all, in each language."""
    names = {f"api:{get_language()}:{pk}": pk for pk in ids}

    def fill(missing: list[str]) -> dict[str, Any]:
        wanted = [names[name] for name in missing]
        products = Product.objects.for_cards(wanted)
        prefetch_related_objects(list(products.values()), "category")
        found = {pk: dict(ProductShape(product).data) for pk, product in products.items()}
        return {name: found[names[name]] for name in missing if names[name] in found}

    found = many(names, fill, SHOP, STOCK)
    return [found[name] for name in names if found[name]]
