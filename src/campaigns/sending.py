"""Sends a campaign, a handful of letters at a time, so that other mail is not kept waiting.

Many may do this at once, and each may be killed at any instant (campaigns.models.Delivery).
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from functools import cache

from django.conf import settings

from campaigns.letter import letter
from campaigns.line import Answer, Line, Outcome
from campaigns.models import Campaign, Delivery, Pace
from newsletter.models import Subscriber

log = logging.getLogger(__name__)
MOST = 100  # letters of a handful
LONGEST = 5  # seconds that a sender sends before it lets other tasks have their turn


def send_some(campaign: Campaign) -> bool:
    """Send a handful; whether there may be more to send at once."""
    slots = _slots()
    claim = uuid.uuid4()
    handful = Delivery.objects.take(campaign.pk, claim, len(slots))
    try:
        return bool(handful) and _send(campaign, handful, claim, slots)
    finally:
        Delivery.objects.give_back(handful, claim)


def _slots() -> list[float]:
    """The moments (time.monotonic) at which letters may go: none earlier where there is a pace."""
    rate = settings.LETTERS_PER_SECOND
    if not rate:
        return [0.0] * MOST
    number = min(MOST, rate * 2)
    time.sleep(Pace.objects.reserve(number, rate))
    begin = time.monotonic()
    return [begin + n / rate for n in range(number)]


def _send(
    campaign: Campaign, handful: list[Delivery], claim: uuid.UUID, slots: list[float]
) -> bool:
    letters = cache(lambda language: letter(campaign, language))
    end = time.monotonic() + LONGEST
    with Line() as line:
        for delivery in _paced(handful, slots):
            if time.monotonic() > end:
                break
            reader = delivery.subscriber
            mail = letters(reader.language).to(reader, delivery.message_id)
            if not delivery.say_so(claim):
                if delivery.skip(claim) or _goes_on(campaign):
                    continue
                return False
            answer = line.send(mail)
            _note(delivery, claim, answer)
            if answer.is_last:
                log.warning("campaign %s waits: %s", campaign.pk, answer.said)
                return False
    return True


def _paced(handful: list[Delivery], slots: list[float]) -> Iterator[Delivery]:
    for delivery, at in zip(handful, slots, strict=False):
        time.sleep(max(0, at - time.monotonic()))
        yield delivery


def _goes_on(campaign: Campaign) -> bool:
    return Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.SENDING).exists()


def _note(delivery: Delivery, claim: uuid.UUID, answer: Answer) -> None:
    match answer.outcome:
        case Outcome.SENT:
            delivery.accepted(claim, answer.provider_id)
        case Outcome.LATER:
            delivery.put_off(claim, answer.said)
        case Outcome.CLOSED:
            delivery.untried(claim, answer.said)
        case Outcome.REFUSED:
            delivery.failed(claim, Delivery.Reason.REFUSED, answer.said)
        case Outcome.NO_MAILBOX:
            delivery.failed(claim, Delivery.Reason.NO_MAILBOX, answer.said)
            delivery.subscriber.suppress(Subscriber.Reason.BOUNCED)
        case Outcome.UNKNOWN:
            delivery.not_known(claim, answer.said)
