"""Whose order it is. A wrong number, a wrong secret and another member are answered alike."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse

from orders.models import Order
from web.request import Request


def opened(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the order to a view, for who has its secret or is its member: 404 to others."""

    @wraps(view)
    def answered(request: Request, number: str, **more: Any) -> HttpResponse:
        order = Order.objects.opened(number, request.GET.get("key", ""), request.user)
        if order is None:
            raise Http404
        return view(request, order, **more)

    return answered
