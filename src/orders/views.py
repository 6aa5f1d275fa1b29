import secrets

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from orders.models import Order
from web.pages import page
from web.request import Request


@require_safe
def detail(request: Request, number: str) -> HttpResponse:
    """The order, for who has its secret. A wrong number and a wrong secret answer alike."""
    number = number.replace("\0", "")  # PostgreSQL takes no zero byte
    order = Order.objects.prefetch_related("lines", "events").filter(number=number).first()
    expected = order.secret if order else secrets.token_urlsafe(24)
    given = request.GET.get("key", "")
    if not secrets.compare_digest(given.encode(), expected.encode()) or order is None:
        raise Http404
    context = {
        "title": gettext("Order %(number)s") % {"number": order.number},
        "order": order,
        "bank": settings.SHOP_BANK_ACCOUNT,
    }
    return page(request, "orders/detail.html", context)
