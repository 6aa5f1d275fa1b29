"""Whether a letter has come back for good, by what the provider itself says of it.

django-anymail gives soft bounces of some providers the same reason as hard ones, or neither any.
"""

from __future__ import annotations

from typing import Any

from anymail.signals import AnymailTrackingEvent, RejectReason

NO_MAILBOX = {RejectReason.BOUNCED, RejectReason.INVALID}
SAID = (  # where it stands in whose notices
    *(("Type",), ("type",), ("event",)),  # Postmark; MailerSend; Brevo and Mandrill
    ("bounce_classification",),  # SendGrid
    ("bounce", "bounceType"),  # Amazon SES
    ("data", "bounce", "type"),  # Resend
)
FOR_NOW = ("soft", "transient", "undetermined")
FOR_GOOD = ("hard", "permanent", "invalid address")
# Of SparkPost's classes these are hard; 90, "unsubscribe", is told as that. All others are soft,
# blocks by a server, or policies (support.sparkpost.com, "Bounce classification codes").
HARD_CLASSES = {"10", "30"}


def is_for_good(event: AnymailTrackingEvent) -> bool:
    said = _said(event.esp_event or {}).lower()
    if any(word in said for word in FOR_NOW):
        return False
    return event.reject_reason in NO_MAILBOX or any(word in said for word in FOR_GOOD)


def _said(told: Any) -> str:
    found = [str(_at(told, path)) for path in SAID]
    hard = [bool(told["hard_bounce"])] if "hard_bounce" in told else []  # Mailjet
    hard += [each.get("bounce_class") in HARD_CLASSES for each in told.get("msys", {}).values()]
    return " ".join([*found, *("hard" if each else "soft" for each in hard)])


def _at(told: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        told = told.get(name, "") if isinstance(told, dict) else ""
    return told
