"""Whose order it is. A wrong number, a wrong secret and another member are answered alike."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from orders.models import Order
from web.pages import not_found
from web.request import Request

View = Callable[..., HttpResponse]


def found(request: Any, number: str, *, by_session: bool = False) -> Order | None:
    """The order, if it is for who asks to see.

    The API, which hands out no links, opens a guest's also for the session that placed it.
    """
    order = Order.objects.opened(number, request.GET.get("key", ""), request.user)
    if order or not by_session:
        return order
    mine = Order.objects.of_session(request.session.session_key)
    return mine.filter(number=number.replace("\0", "")).first()


def opened(view: View) -> View:
    """Hand the order to a view, for who has its secret or is its member: 404 to others, with the
    ways by which it may be theirs."""

    @wraps(view)
    def answered(request: Request, number: str, **more: Any) -> HttpResponse:
        order = found(request, number)
        if order is None:
            return not_found(request, Http404(), "orders/not_found.html")
        return view(request, order, **more)

    return answered


def posted(view: View) -> View:
    """A POST on the order; a GET of its address, as after signing in, leads to the order's page."""

    @opened
    @wraps(view)
    def answered(request: Request, order: Order, **more: Any) -> HttpResponse:
        return view(request, order, **more) if request.method == "POST" else redirect(order)

    return answered
