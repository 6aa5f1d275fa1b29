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
from catalog.search import found as matching
from catalog.search import suggested
from catalog.structured import category_head, product_head
from viewed.views import record
from web.pages import is_part, page, part, shared
from web.request import Request
from web.shared import kept_page, shared_page


@require_safe
@shared_page
@kept_page
def category(request: Request, slug: str) -> HttpResponse:
    found = kept.category(slug)
    if found is None:
        raise Http404
    family = [each.pk for each in found.family()]
    products = Product.objects.shown().filter(category__in=family)
    offers = kept.offers(slug, products)
    context = {"title": found.name, "category": found} | _listed(request, offers)
    context["head"] = category_head(found, context["listing"].first)
    return _list(request, "catalog/category.html", context)


@require_safe
@shared_page
@kept_page
def search(request: Request) -> HttpResponse:
    """Results for `q`, or everything. A bare `q` that asks for a part asks for suggestions."""
    asked = request.GET.get("q", "").replace("\0", "").strip()
    ranked = matching(asked) if asked else None
    if request.GET.keys() == {"q"} and is_part(request):
        few = {"asked": asked, "suggestions": suggested(ranked or []), "found": ranked}
        return part(request, "search.html#suggestions", context=few)
    title = gettext("Search: %(words)s") % {"words": asked} if asked else gettext("Everything")
    context: dict[str, Any] = {"title": title, "asked": asked}
    context["named"] = kept.named(asked) if asked else []
    context |= _listed(request, _offers(ranked), ranked)
    return _list(request, "catalog/search.html", context)


def _offers(ranked: list[int] | None) -> Offers:
    """Of what a search has found, or of everything."""
    shown = Product.objects.shown()
    return kept.offers("", shown) if ranked is None else Offers(shown.filter(pk__in=ranked))


def _listed(request: Request, offers: Offers, ranked: list[int] | None = None) -> dict[str, Any]:
    try:
        listing = Listing(offers, request.path, request.GET, ranked)
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
    found = kept.product(slug)
    if found is None:
        raise Http404
    try:
        detail = Detail(found, request.GET.get("v"), request.GET.get("picture", ""))
    except Variant.DoesNotExist as error:
        raise Http404 from error
    waiting = record(request, found.pk)  # before the page is drawn: it reads the session once
    context, part = product_context(detail), "product.html#detail"
    response = page(request, "catalog/product.html", context, fragment=part)
    waiting(response)
    return response


def product_context(detail: Detail, **more: Any) -> dict[str, Any]:
    """What the product page and its fragments are drawn from."""
    title = f"{detail.product.name} {detail.variant.choices}".strip()
    head = SimpleLazyObject(lambda: product_head(detail.product))
    return {"title": title, "detail": detail, "quantity": 1, "head": head} | more
