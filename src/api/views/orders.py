from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404
from django.utils.translation import gettext
from rest_framework.response import Response

from api.manners.asked import heard
from api.manners.once import answered_once
from api.manners.paging import limit_of, next_page
from api.manners.problems import Problem
from api.schema.described import described
from api.shapes.cart import CartShape
from api.shapes.orders import (
    AgainShape,
    AskedOrder,
    AskedReturn,
    OrderListShape,
    OrderShape,
    ReturnShape,
)
from api.view import View, shown
from api.views.catalog import query
from orders import access, flows
from orders.finding_forms import FindForm
from orders.finding_views import FROM, TO
from orders.models import Order
from orders.return_forms import AskForm
from orders.words import of_again, too_late
from web.throttle import client_of

MOST = 50  # orders of a page of a list
PAGES = [
    query("after", "Where the page begins: the number of the last order before it."),
    query("limit", "Orders on the page.", {"type": "integer", "minimum": 1, "maximum": MOST}),
]


class OrderView(View):
    tag, scopes = "Orders", {"orders"}

    def order(self, number: str) -> Order:
        found = access.found(self.request, number, by_session=True)
        if found is None:
            raise Http404
        return found

    def answer(self, order: Order) -> Response:
        order.refresh_from_db()
        prefetch_related_objects([order], "lines", "discounts")
        return shown(OrderShape, order)


class Orders(OrderView):
    @described(
        "listOrders",
        "The member’s orders, or those of the guest’s session",
        gives=OrderListShape,
        query=PAGES,
        also=(422,),
    )
    def get(self, request: Any) -> Response:
        mine = Order.objects.of_session(request.session.session_key)
        return listed(request, self.member.orders.all() if self.member else mine)


class OneOrder(OrderView):
    @described("readOrder", "An order", gives=OrderShape)
    def get(self, request: Any, number: str) -> Response:
        return self.answer(self.order(number))


class Cancelling(OrderView):
    @described("cancelOrder", "Cancel an unpaid order", gives=OrderShape)
    def post(self, request: Any, number: str) -> Response:
        return self.answer(flows.cancel(self.order(number).pk, self.member))


class Changing(OrderView):
    scopes, begins = {"orders", "cart"}, True

    @described("changeOrder", "Cancel an unpaid order, its goods back in the cart", gives=CartShape)
    def post(self, request: Any, number: str) -> Response:
        cart = self.cart
        flows.change(self.order(number).pk, cart, self.member)
        return shown(CartShape, cart)


class Again(OrderView):
    scopes, begins = {"orders", "cart"}, True

    @described("orderAgain", "Put what can still be bought of it into the cart", gives=AgainShape)
    @answered_once
    def post(self, request: Any, number: str) -> Response:
        order = self.order(number)
        result = flows.again(order, self.cart, self.once)
        if result is None:
            raise Problem("not-now")
        told = {
            "added": [{"line_id": line.pk, "quantity": n} for line, n in result.added],
            "gone": [line.title() for line in result.gone],
            "words": [words for _level, words in of_again(result, order)],
        }
        return shown(AgainShape, told)


class Returns(OrderView):
    @described(
        "askReturn", "Ask to send pieces back", asks=AskedReturn, gives=ReturnShape, status=201
    )
    @answered_once
    def post(self, request: Any, number: str) -> Response:
        order, asked = self.order(number), AskedReturn.of(request)
        form = AskForm(order, self._told(asked))
        if not form.was_sent:
            self._check(order, asked, form)
        note = form.cleaned_data["note"]
        made = flows.ask_return(order.pk, form.asked, note, self.member, request_id=self.once)
        return shown(ReturnShape, made, 201)

    def _check(self, order: Order, asked: dict[str, Any], form: AskForm) -> None:
        if not order.can_be_returned:
            raise flows.NotReturned
        known = {line.pk for line in form.lines}
        wrong = [
            n for n, each in enumerate(asked.get("lines", [])) if each.get("line") not in known
        ]
        if wrong:
            raise Problem("refused", wrong=[(f"/lines/{n}/line", too_late()) for n in wrong])
        heard(form, self._pointer(asked))

    def _told(self, asked: dict[str, Any]) -> dict[str, Any]:
        """As the page's form has it."""
        told = {"note": asked.get("note", ""), "form_id": str(self.once)}
        for each in asked.get("lines", []):
            told[f"pieces-{each.get('line')}"] = each.get("quantity")
            told[f"reason-{each.get('line')}"] = each.get("reason", "")
        return told

    def _pointer(self, asked: dict[str, Any]) -> Any:
        places = {str(each.get("line")): n for n, each in enumerate(asked.get("lines", []))}
        names = {"pieces": "quantity", "reason": "reason"}

        def pointer(name: str) -> str:
            kind, _dash, line = name.partition("-")
            if kind not in names:
                return f"/{name}"
            return f"/lines/{places[line]}/{names[kind]}" if line in places else "/lines"

        return pointer


class Withdrawing(OrderView):
    @described("withdrawReturn", "Keep what was to be sent back", gives=ReturnShape)
    def post(self, request: Any, number: str, pk: int) -> Response:
        asked = self.order(number).returns.filter(pk=pk).first()
        if asked is None:
            raise Http404
        return shown(ReturnShape, flows.withdraw_return(asked.pk, self.member))


class Finding(OrderView):
    kind = "order"

    @described(
        "findOrder",
        "Have the link to an order mailed",
        asks=AskedOrder,
        status=202,
        says="The answer is the same whether there is such an order or not.",
    )
    @answered_once
    def post(self, request: Any) -> Response:
        told = heard(FindForm(AskedOrder.of(request))).cleaned_data
        free = FROM.count(client_of(request)), TO.count(told["email"].lower())
        if not all(free):
            raise Problem("too-many", wait=TO.seconds)
        flows.find(told["number"], told["email"])
        return Response(None, 202)


def listed(
    request: Any,
    orders: QuerySet[Order],
    shape: Any = OrderListShape,
    among: QuerySet[Order] | None = None,
) -> Response:
    """A page of orders, newest first, after one of `among`, if one may leave the list meanwhile.

    Raises Problem.
    """
    limit = limit_of(request, 20, MOST)
    if after := request.GET.get("after"):
        last = (orders if among is None else among).filter(number=after.replace("\0", "")).first()
        if last is None:
            raise Problem("refused", wrong=[("after", gettext("It is not in this list."))])
        orders = orders.filter(pk__lt=last.pk)
    found = list(orders.order_by("-pk").prefetch_related("lines")[: limit + 1])
    rest = found[limit - 1].number if len(found) > limit else None
    return shown(shape, {"items": found[:limit], "next": next_page(request, rest)})
