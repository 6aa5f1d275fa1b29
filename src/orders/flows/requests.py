"""Returns: a shopper asks to send pieces back, and an editor accepts or refuses.

Who changes `asked_back` has the order's lock, and the database refuses to count a piece twice.
"""

import uuid
from collections.abc import Container, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from orders import mail
from orders.flows.errors import NotReturned
from orders.flows.returns import refund
from orders.models import Order, OrderEvent, OrderLine, Refund, ReturnLine, ReturnRequest

State = ReturnRequest.State


@transaction.atomic
def ask_return(
    order_id: int,
    pieces: Mapping[int, tuple[int, str]],
    note: str = "",
    who: Any = None,
    *,
    request_id: uuid.UUID | None = None,
) -> ReturnRequest:
    """Ask to give back so many pieces of each line (by its id), each for its reason.

    The same `request_id` again gives the same request. Raises NotReturned, with nothing changed,
    if the time is over, or if a line has not as many that are neither refunded nor asked back.
    """
    order = _locked(order_id)
    form_id = request_id or uuid.uuid4()
    if known := ReturnRequest.objects.filter(form_id=form_id).first():
        if known.order_id != order.pk:
            raise NotReturned
        return known
    if not pieces or not order.takes_returns:
        raise NotReturned
    asked = order.returns.create(form_id=form_id, note=note)
    for pk, (n, reason) in sorted(pieces.items()):
        _ask_back(asked, pk, n, reason)
    mail.return_asked(order, order.record(OrderEvent.Kind.RETURN_ASKED, who), asked)
    return asked


def _ask_back(asked: ReturnRequest, line_id: int, n: int, reason: str) -> None:
    lines = OrderLine.objects.filter(pk=line_id, order=asked.order_id)
    free = lines.filter(quantity__gte=F("refunded") + F("asked_back") + n)
    if n < 1 or not free.update(asked_back=F("asked_back") + n):
        raise NotReturned(line_id)
    ReturnLine.objects.create(request=asked, line_id=line_id, quantity=n, reason=reason)


@transaction.atomic
def withdraw_return(request_id: int, who: Any = None) -> ReturnRequest:
    """The shopper keeps the pieces after all. Once more does nothing; NotReturned if decided."""
    asked = _read(request_id)
    if _decided(asked, State.WITHDRAWN):
        asked.order.record(OrderEvent.Kind.RETURN_WITHDRAWN, who)
    return asked


@transaction.atomic
def refuse_return(request_id: int, why: str, who: Any = None) -> ReturnRequest:
    """Tell the shopper by mail why not. Once more does nothing; NotReturned if decided else."""
    asked = _read(request_id)
    if _decided(asked, State.REFUSED, answer=why, who=who):
        event = asked.order.record(OrderEvent.Kind.RETURN_REFUSED, who, why)
        mail.return_refused(asked.order, event, asked, why)
    return asked


@transaction.atomic
def accept_return(
    request_id: int,
    *,
    delivery: int = 0,
    restock: Container[int] = (),
    who: Any = None,
    why: str = "",
) -> Refund:
    """Owe the shopper the pieces asked for, as `refund` does; `send_refund` gives the money back.

    Once more gives the same refund. Raises NotReturned if it was decided otherwise, NotRefunded
    if there is not as much left; then it is not decided.
    """
    asked = _read(request_id)
    pieces = {each.line_id: each.quantity for each in asked.lines.all()}
    accepted = _decided(asked, State.ACCEPTED, who=who)
    owed = refund(
        asked.order_id,
        pieces,
        delivery=delivery,
        restock=restock,
        who=who,
        why=why,
        request_id=asked.form_id,
    )
    if accepted:
        ReturnRequest.objects.filter(pk=asked.pk).update(refund=owed)
        asked.order.record(OrderEvent.Kind.RETURN_ACCEPTED, who, why)
    return owed


def _decided(asked: ReturnRequest, to: State, **more: Any) -> bool:
    """Decide and free its pieces; False if that was so before. Raises NotReturned."""
    if asked.decide(to, **more):
        for each in asked.lines.all():
            line = OrderLine.objects.filter(pk=each.line_id)
            line.update(asked_back=F("asked_back") - each.quantity)
        return True
    if asked.state != to:
        raise NotReturned
    return False


def _read(request_id: int) -> ReturnRequest:
    """The request as it is under its order's lock."""
    _locked(ReturnRequest.objects.get(pk=request_id).order_id)
    return ReturnRequest.objects.select_related("order").get(pk=request_id)


def _locked(order_id: int) -> Order:
    return Order.objects.select_for_update(of=["self"]).get(pk=order_id)
