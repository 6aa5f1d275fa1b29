"""Reconcile: ask the providers again about what has been left open. Safe to run twice at once."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from orders.flows import refunds
from orders.flows.errors import NotSettled, SoldOut
from orders.flows.notices import look
from orders.flows.settlement import settle
from orders.models import Attempt, Refund, WebhookEvent
from payments.provider import Unknown

log = logging.getLogger(__name__)
APPROVABLE_FOR = timedelta(hours=3)  # then the provider lets go of a payment nobody approved
UNHEARD = timedelta(minutes=1)  # a notice whose task was lost
AT_ONCE = 100  # rows of a kind in one run


def reconcile() -> None:
    """Ask about payments under way, those approved that nobody told of, refunds, and notices."""
    approvable = Q(created_at__gt=Now() - APPROVABLE_FOR) | ~Q(state=Attempt.State.CREATED)
    for attempt in Attempt.objects.due().filter(approvable)[:AT_ONCE]:
        if attempt.claim_asking():
            _quietly(settle, attempt)
    for owed in Refund.objects.due()[:AT_ONCE]:
        if owed.claim_asking():
            _quietly(refunds.send, owed)
    unheard = WebhookEvent.objects.filter(handled_at=None, received_at__lt=Now() - UNHEARD)
    for event in unheard[:AT_ONCE]:
        _quietly(look, event)


def _quietly(verb: Callable[[int], Any], row: Any) -> None:
    """One that fails does not keep the others waiting."""
    try:
        verb(row.pk)
    except (NotSettled, SoldOut, Unknown) as reason:
        log.info("%r was not decided: %r", row, reason)
    except Exception:
        log.exception("%r was not looked at", row)
