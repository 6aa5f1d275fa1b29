from typing import Any

from django.utils.translation import gettext
from rest_framework.response import Response

from api.manners.once import answered_once
from api.manners.problems import Problem
from api.schema.described import described
from api.shapes.orders import AskedProvider, ToPayShape
from api.view import shown
from api.views.orders import OrderView
from orders import flows
from orders.models import Attempt, Order
from orders.words import not_paid
from payments import PROVIDERS, begun_with
from payments.provider import Unknown


class Payment(OrderView):
    kind, asks_others = "order", True

    @described("readPayment", "How the order stands with its payment", gives=ToPayShape)
    def get(self, request: Any, number: str) -> Response:
        return shown(ToPayShape, with_payment(self.order(number)))

    @described(
        "pay",
        "Pay the order, once more or in another way",
        asks=AskedProvider,
        gives=ToPayShape,
        status=201,
        says="With PayPal, `approve_url` is where the shopper approves it.",
        also=(503,),
    )
    @answered_once
    def post(self, request: Any, number: str) -> Response:
        order, provider = self.order(number), AskedProvider.of(request).get("provider", "")
        if provider not in PROVIDERS:
            words = gettext("Choose one of these ways to pay.")
            raise Problem("refused", wrong=[("/provider", words)])
        flows.choose(order.pk, provider, self.member)
        return shown(ToPayShape, begun(order), 201)


class Settling(OrderView):
    kind, asks_others = "order", True

    @described(
        "settle",
        "Take the approved payment",
        gives=ToPayShape,
        says="For who comes back from the provider; safe to repeat. Left out, the shop finds out by"
        " itself within minutes.",
        also=(503,),
    )
    def post(self, request: Any, number: str) -> Response:
        order = self.order(number)
        attempt = order.attempts.filter(provider_order_id__isnull=False).last()
        if attempt is None or not begun_with(attempt.provider).redirects:
            raise flows.NotApproved  # money at the bank is seen by an editor
        flows.settle(attempt.pk)
        return shown(ToPayShape, with_payment(order))


def begun(order: Order) -> Order:
    """With the address where the shopper approves the payment, if the provider gives one now."""
    attempt = order.attempts.filter(state__in=Attempt.OPEN).last()
    try:
        if attempt:
            flows.start(attempt.pk)
    except (Unknown, flows.NotSettled) as reason:
        return with_payment(order, not_paid(reason))
    return with_payment(order)


def with_payment(order: Order, problem: str = "") -> Any:
    order.refresh_from_db()
    shown: Any = order
    shown.payment = order.attempts.last()
    if shown.payment:
        shown.payment.problem = problem
    return shown
