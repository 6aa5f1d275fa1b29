from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from catalog.detail import Detail
from catalog.listing import Listing, NoSuchPage
from catalog.models import Category, Product, Variant
from catalog.models.product import ProductQuerySet
from catalog.search import found as matching
from catalog.search import suggested
from catalog.structured import category_head, product_head
from viewed.views import record
from web.pages import is_part, page, part, shared
from web.request import Request


@require_safe
def category(request: Request, slug: str) -> HttpResponse:
    found = get_object_or_404(Category.objects.select_related("picture", "parent"), slug=slug)
    products = Product.objects.shown().filter(category__in=found.ids_below())
    context = {"title": found.name, "category": found} | _listed(request, products)
    context["head"] = category_head(found, context["listing"].first)
    return _list(request, "catalog/category.html", context)


@require_safe
def search(request: Request) -> HttpResponse:
    """Results for `q`, or everything. A bare `q` that asks for a part asks for suggestions."""
    asked = request.GET.get("q", "").replace("\0", "").strip()
    ranked = matching(asked) if asked else None
    if request.GET.keys() == {"q"} and is_part(request):
        few = {"asked": asked, "suggestions": suggested(ranked or []), "found": ranked}
        return part(request, "search.html#suggestions", context=few)
    title = gettext("Search: %(words)s") % {"words": asked} if asked else gettext("Everything")
    context: dict[str, Any] = {"title": title, "asked": asked}
    context["named"] = Category.objects.named(asked) if asked else []
    context |= _listed(request, Product.objects.shown(), ranked)
    return _list(request, "catalog/search.html", context)


def _listed(
    request: Request, products: ProductQuerySet, ranked: list[int] | None = None
) -> dict[str, Any]:
    try:
        listing = Listing(products, request.path, request.GET, ranked)
    except NoSuchPage as error:
        raise Http404 from error
    said = ngettext("%(n)s product", "%(n)s products", listing.count) % {"n": listing.count}
    return {"listing": listing, "problems": listing.problems, "said": said}


def _list(request: Request, template: str, context: dict[str, Any]) -> HttpResponse:
    parts = ["listing.html#filters", "listing.html#results"]
    status = context["listing"].status
    return shared(request, template, context, fragment=parts, status=status)


@require_safe
def product(request: Request, slug: str) -> HttpResponse:
    found = get_object_or_404(Product.objects.shown().for_detail(), slug=slug)
    try:
        detail = Detail(found, request.GET.get("v"), request.GET.get("picture", ""))
    except Variant.DoesNotExist as error:
        raise Http404 from error
    response = page(
        request, "catalog/product.html", product_context(detail), fragment="product.html#detail"
    )
    record(request, response, found.pk)
    return response


def product_context(detail: Detail, **more: Any) -> dict[str, Any]:
    """What the product page and its fragments are drawn from."""
    title = f"{detail.product.name} {detail.variant.choices}".strip()
    head = SimpleLazyObject(lambda: product_head(detail.product))
    return {"title": title, "detail": detail, "quantity": 1, "head": head} | more
