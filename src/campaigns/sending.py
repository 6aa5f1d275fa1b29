"""Sends a campaign, a handful of letters at a time, so that other mail is not kept waiting.

Many may do this at once, and each may be killed at any instant (campaigns.models.Delivery).
"""

from __future__ import annotations

import logging
import time
import uuid
from contextlib import closing
from dataclasses import dataclass, field

from django.conf import settings

from campaigns.ledger import Ledger
from campaigns.letter import Letter, letter
from campaigns.line import Line
from campaigns.models import Campaign, Delivery, Pace
from campaigns.outcome import Answer, Outcome
from newsletter.models import Subscriber

log = logging.getLogger(__name__)
MOST = 100  # letters of a handful
LONGEST = 5  # seconds that a sender sends before it lets other tasks have their turn


def send_some(campaign: Campaign) -> bool:
    """Send for a while; whether there may be more to send at once."""
    with closing(Line()) as line:
        turn = Turn(campaign, line)
        while turn.handful():
            if turn.is_over or settings.LETTERS_PER_SECOND:  # what is reserved is used up
                return True
    return False


@dataclass
class Turn:
    """A sender's: with one line to the mail server, and each language's words worked out once."""

    campaign: Campaign
    line: Line
    claim: uuid.UUID = field(default_factory=uuid.uuid4)
    letters: dict[str, Letter] = field(default_factory=dict)
    end: float = field(default_factory=lambda: time.monotonic() + LONGEST)

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.end

    def handful(self) -> bool:
        """Send so many, or as many as there is time for; whether it is worth to go on."""
        slots = self._slots()
        letters = Delivery.objects.take(self.campaign.pk, self.claim, len(slots))
        try:
            with closing(Ledger(self.claim)) as ledger:
                return bool(letters) and self._send(letters, slots, ledger)
        finally:
            Delivery.objects.give_back(letters, self.claim)

    def _slots(self) -> list[float]:
        """The moments (time.monotonic) at which letters may go: none earlier than the pace says.

        It has none where others have reserved so many that they go on without this sender. The
        wait is not counted as its time, or it could have none left to use what it reserved.
        """
        rate = settings.LETTERS_PER_SECOND
        if not rate:
            return [0.0] * MOST
        number = min(MOST, rate * 2)
        wait = Pace.objects.reserve(number, rate, LONGEST)
        if wait is None:
            return []
        time.sleep(wait)
        begin = time.monotonic()
        self.end = begin + LONGEST
        return [begin + n / rate for n in range(number)]

    def _send(self, letters: list[Delivery], slots: list[float], ledger: Ledger) -> bool:
        for delivery, at in zip(letters, slots, strict=False):
            _wait(at, ledger)
            if self.is_over:
                break
            mail = self._letter(delivery).to(delivery.subscriber, delivery.message_id)
            if not ledger.goes(delivery):
                if delivery.skip(self.claim) or _goes_on(self.campaign):
                    continue
                return False
            answer = self.line.send(mail)
            _note(delivery, ledger, answer)
            if answer.is_last:
                log.warning("campaign %s waits: %s", self.campaign.pk, answer.said)
                return False
        return True

    def _letter(self, delivery: Delivery) -> Letter:
        language = delivery.subscriber.language
        if language not in self.letters:
            self.letters[language] = letter(self.campaign, language)
        return self.letters[language]


def _wait(at: float, ledger: Ledger) -> None:
    if (seconds := at - time.monotonic()) > 0:
        ledger.close()
        time.sleep(seconds)


def _goes_on(campaign: Campaign) -> bool:
    return Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.SENDING).exists()


def _note(delivery: Delivery, ledger: Ledger, answer: Answer) -> None:
    claim = ledger.claim
    match answer.outcome:
        case Outcome.SENT:
            ledger.accept(delivery, answer.provider_id)
        case Outcome.LATER | Outcome.BROKEN:
            delivery.put_off(claim, answer.said)
        case Outcome.CLOSED:
            delivery.untried(claim, answer.said)
        case Outcome.REFUSED:
            delivery.failed(claim, Delivery.Reason.REFUSED, answer.said)
            ledger.refuse(delivery)
        case Outcome.NO_MAILBOX:
            delivery.failed(claim, Delivery.Reason.NO_MAILBOX, answer.said)
            delivery.subscriber.suppress(Subscriber.Reason.BOUNCED)
            ledger.refuse(delivery)
        case Outcome.UNKNOWN:
            delivery.not_known(claim, answer.said)
