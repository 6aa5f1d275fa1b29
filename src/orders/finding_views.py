"""Where orders are found: a member's list, and by mail for who has no account."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from orders import flows
from orders.again_form import AgainForm
from orders.finding_forms import FindForm
from web.pages import changed, page
from web.request import Request
from web.throttle import Throttle, client_of

ON_A_PAGE = 10
# Orders are not to be found by guessing: who asks for many links has to wait.
FROM = Throttle("order-links-from", most=20, seconds=3600)
TO = Throttle("order-links-to", most=5, seconds=3600)


@login_required
@require_safe
def listing(request: Any) -> HttpResponse:
    orders = request.user.orders.prefetch_related("lines")
    shown = Paginator(orders, ON_A_PAGE).get_page(request.GET.get("page"))
    for order in shown:
        order.keyless = True
    title, again = gettext("Your orders"), AgainForm(auto_id=False)
    context = {"title": title, "orders": shown, "again": again}
    return page(request, "orders/list.html", context)


def find(request: Request) -> HttpResponse:
    form = FindForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        told = form.cleaned_data
        free = FROM.count(client_of(request)), TO.count(told["email"].lower())
        if not all(free):  # right or wrong, both count
            return _waiting(request, form)
        flows.find(told["number"], told["email"])
        return changed(request, then="orders:find-asked")
    context = {"title": gettext("Find an order"), "form": form, "problems": form.problems}
    return page(request, "orders/find.html", context, status=422 if form.is_bound else 200)


def _waiting(request: Request, form: FindForm) -> HttpResponse:
    context = {"title": gettext("Please wait a while"), "form": form, "is_waiting": True}
    response = page(request, "orders/find.html", context, status=429)
    response["Retry-After"] = str(TO.seconds)
    return response


@require_safe
def asked(request: Request) -> HttpResponse:
    """The same words whether there is such an order or not."""
    return page(request, "orders/find_asked.html", {"title": gettext("Check your mail")})
