"""Whether a letter has come back for good, by what the provider itself says of it.

django-anymail gives soft bounces of some providers the same reason as hard ones, or neither any.
"""

from __future__ import annotations

import re
from typing import Any

from anymail.signals import AnymailTrackingEvent, RejectReason

NO_MAILBOX = {RejectReason.BOUNCED, RejectReason.INVALID}
LOST = r"5\.(1\.(1|2|3|6|10)|2\.1)(?![.\d])"  # that there is no such mailbox (RFC 3463, RFC 7505)
STATUS = re.compile(r"(?<![.\d])[45]\.\d\.\d{1,3}(?![.\d])")
CODES = (("code",), ("event-data", "delivery-status", "enhanced-code"))  # Mailgun, until 2018; now
SAID = (  # where it stands in whose notices
    *(("Type",), ("type",), ("event",)),  # Postmark; MailerSend; Brevo and Mandrill
    ("bounce_classification",),  # SendGrid
    ("bounce", "bounceType"),  # Amazon SES
    ("data", "bounce", "type"),  # Resend
)
# The last one is Postal's, of a mail that came back later: it does not say why.
FOR_NOW = ("soft", "transient", "undetermined", "messagebounced")
FOR_GOOD = ("hard", "permanent", "invalid address")
# Of SparkPost's classes these are hard; 90, "unsubscribe", is told as that. All others are soft,
# blocks by a server, or policies (support.sparkpost.com, "Bounce classification codes").
HARD_CLASSES = {"10", "30"}


def is_for_good(event: AnymailTrackingEvent) -> bool:
    said = _said(event.esp_event or {}).lower()
    if any(word in said for word in FOR_NOW):
        return False
    if any(word in said for word in FOR_GOOD):
        return True
    # The provider does not judge: then what the other mail server has answered.
    answers = [str(_at(event.esp_event, path)) for path in CODES]
    if status := STATUS.search(" ".join([*answers, event.mta_response or ""])):
        return bool(re.match(LOST, status[0]))
    return event.reject_reason in NO_MAILBOX


def _said(told: Any) -> str:
    found = [str(_at(told, path)) for path in SAID]
    hard = [bool(told["hard_bounce"])] if "hard_bounce" in told else []  # Mailjet
    hard += [each.get("bounce_class") in HARD_CLASSES for each in told.get("msys", {}).values()]
    return " ".join([*found, *("hard" if each else "soft" for each in hard)])


def _at(told: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        told = told.get(name, "") if isinstance(told, dict) else ""
    return told
