from celery import shared_task

from outbox.models import Message
from outbox.post import sweep_due


@shared_task
def deliver(message_id: int) -> None:
    message = Message.objects.filter(pk=message_id).first()
    if message:
        message.deliver()


@shared_task
def sweep() -> None:
    sweep_due()


@shared_task
def clear() -> None:
    Message.objects.outlived().delete()
