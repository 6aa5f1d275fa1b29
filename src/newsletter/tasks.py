from celery import shared_task

from newsletter.models import Subscriber


@shared_task
def forget() -> None:
    Subscriber.objects.forget()
