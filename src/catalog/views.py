from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from catalog import kept
from catalog.detail import Detail
from catalog.listing import Listing, NoSuchPage
from catalog.models import Product, Variant
from catalog.offers import Offers
from catalog.search import suggested
from catalog.structured import category_head, product_head
from viewed.views import record
from web.pages import is_part, page, part, shared
from web.request import Request
from web.shared import kept_page, own_page, shared_page
from wishlist.context import wishlist_of


@require_safe
@shared_page
@kept_page
def category(request: Request, slug: str) -> HttpResponse:
    found = kept.category(slug)
    if found is None:
        raise Http404
    family = [each.pk for each in found.family()]
    products = Product.objects.shown().filter(category__in=family)
    context = {"title": found.name, "category": found}
    context |= _listed(request, Offers(products, f"category:{slug}"))
    context["head"] = category_head(found, context["listing"].first)
    return _list(request, "catalog/category.html", context)


@require_safe
@shared_page
@kept_page
def search(request: Request) -> HttpResponse:
    """Results for `q`, or everything. A bare `q` that asks for a part asks for suggestions."""
    asked = request.GET.get("q", "").replace("\0", "").strip()
    ranked = kept.found(asked) if asked else None
    if request.GET.keys() == {"q"} and is_part(request):
        few = {"asked": asked, "suggestions": suggested(ranked or []), "found": ranked}
        return part(request, "search.html#suggestions", context=few)
    title = gettext("Search: %(words)s") % {"words": asked} if asked else gettext("Everything")
    context: dict[str, Any] = {"title": title, "asked": asked}
    context["named"] = kept.named(asked) if asked else []
    context |= _listed(request, Offers(Product.objects.shown(), f"search:{asked}", ranked))
    return _list(request, "catalog/search.html", context)


def _listed(request: Request, offers: Offers) -> dict[str, Any]:
    try:
        listing = Listing(offers, request.path, request.GET)
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
    shelf = kept.on_the_shelf(slug)
    if not shelf.skus or request.GET.get("v") not in {None, "", *shelf.skus}:
        raise Http404
    waiting = record(request, shelf.product)  # before the page is drawn: it reads the session once
    draw = partial(_product, slug=slug, shelf=shelf)
    if (
        request.GET.keys() <= {"v", "picture"}
        and not shelf.stocks.keys() & wishlist_of(request).ids
    ):
        response = own_page(request, f"{request.get_full_path()}:{shelf}", draw)
    else:
        response = draw(request)
    waiting(response)
    return response


def _product(request: Request, slug: str, shelf: kept.Shelf, **more: Any) -> HttpResponse:
    found = kept.product(slug, shelf.stocks)
    if found is None:
        raise Http404
    detail = Detail(found, request.GET.get("v"), request.GET.get("picture", ""))
    context, part = product_context(detail, **more), "product.html#detail"
    return page(request, "catalog/product.html", context, fragment=part)


def product_context(detail: Detail, **more: Any) -> dict[str, Any]:
    """What the product page and its fragments are drawn from."""
    head = SimpleLazyObject(lambda: product_head(detail.product))
    known = {"title": title_of(detail.variant), "detail": detail, "quantity": 1, "head": head}
    return known | more


def title_of(variant: Variant) -> str:
    """Of the page of a product on which this variant is chosen."""
    return f"{variant.product.name} {variant.choices}".strip()
