import logging

from outbox.doorbell import ring
from outbox.kinds import Kind
from outbox.models import Message

log = logging.getLogger(__name__)
SWEPT_AT_ONCE = 200


def post(
    about: str,
    kind: Kind,
    *,
    to: str,
    language: str,
    subject: str,
    text: str,
    html: str,
    headers: dict[str, str] | None = None,
    kept: bool = True,
) -> Message:
    """Write a mail beside the change it tells of; it goes out once that is committed.

    `headers` are the mail's own, beside those that every mail has. One that is not `kept` leaves
    the outbox when it is sent. Raises IntegrityError if this kind was already
    written about this event.
    """
    from outbox.tasks import deliver

    message = Message.objects.create(
        about=about,
        kind=kind,
        to=to,
        language=language,
        subject=subject,
        text=text,
        html=html,
        headers=headers or {},
        kept=kept,
    )
    ring(deliver, message.pk)
    return message


def sweep_due() -> None:
    """Send what the doorbell missed. One refused mail does not keep the others waiting."""
    for message in Message.objects.due().order_by("pk")[:SWEPT_AT_ONCE]:
        try:
            message.deliver()
        except Exception:
            log.exception("mail %s was not sent", message.pk)
