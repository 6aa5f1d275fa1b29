from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalog.detail import Detail
from catalog.models import Category, Product, Variant
from viewed.views import record
from web.pages import page, shared
from web.request import Request


@require_safe
def category(request: Request, slug: str) -> HttpResponse:
    found = get_object_or_404(Category.objects.select_related("picture", "parent"), slug=slug)
    products = Product.objects.shown().filter(category__in=found.ids_below()).for_cards()
    return shared(
        request,
        "catalog/category.html",
        {"title": found.name, "category": found, "products": products},
    )


@require_safe
def product(request: Request, slug: str) -> HttpResponse:
    found = get_object_or_404(Product.objects.shown().for_detail(), slug=slug)
    try:
        detail = Detail(found, request.GET.get("v"))
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
    return {"title": title, "detail": detail, "quantity": 1} | more
