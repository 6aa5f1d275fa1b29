"""A payment's whole story on one page, in the order of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from orders.models import Attempt, Capture, Order, Refund, WebhookEvent


@dataclass(frozen=True)
class Told:
    at: datetime
    what: str
    words: str = ""
    amount: int | None = None  # minor units of the order's currency
    number: str = ""  # at the provider
    who: Any = None


def told(order: Order) -> list[Told]:
    everything = [*_attempts(order), *_captures(order), *_refunds(order), *_events(order)]
    return sorted(everything, key=lambda each: each.at)


def _attempts(order: Order) -> Iterator[Told]:
    for attempt in Attempt.objects.filter(order=order):
        number = attempt.provider_order_id or ""
        yield Told(attempt.created_at, _("Payment begun"), attempt.provider, attempt.amount, number)
    for notice in WebhookEvent.objects.filter(attempt__order=order):
        words = notice.kind if notice.handled_at else _("%s, not looked at yet") % notice.kind
        yield Told(notice.received_at, _("Notice of the provider"), words, None, notice.event_id)


def _captures(order: Order) -> Iterator[Told]:
    for capture in Capture.objects.filter(attempt__order=order):
        what = _("Money came that was not needed") if capture.surplus else _("Money came")
        yield Told(capture.at, what, "", capture.amount, capture.capture_id)


def _refunds(order: Order) -> Iterator[Told]:
    for refund in order.refunds.select_related("who"):
        number, words = refund.provider_refund_id or "", refund.why
        yield Told(refund.created_at, _("Refund noted"), words, refund.negative, "", refund.who)
        if refund.state != Refund.State.DUE:
            what = _("Refund: %(state)s") % {"state": refund.get_state_display()}
            yield Told(refund.changed_at, what, refund.trouble, refund.negative, number)


def _events(order: Order) -> Iterator[Told]:
    for event in order.events.select_related("who"):
        yield Told(event.at, event.get_kind_display(), event.why, who=event.who)


def view(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm("orders.view_order"):
        raise PermissionDenied
    order = get_object_or_404(Order, pk=pk)
    context = admin.site.each_context(request) | {
        "title": _("Payments of order %(number)s") % {"number": order.number},
        "order": order,
        "thing": order,
        "opts": Order._meta,
        "attempts": order.attempts.all(),
        "story": told(order),
    }
    return TemplateResponse(request, "admin/orders/payments.html", context)
