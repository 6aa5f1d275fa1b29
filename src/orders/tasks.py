from celery import shared_task

from orders import flows


@shared_task
def expire() -> None:
    flows.expire()
