from celery import shared_task

from orders import flows


@shared_task
def expire() -> None:
    flows.expire()


@shared_task
def reconcile() -> None:
    flows.reconcile()


@shared_task
def forget() -> None:
    flows.forget()


@shared_task
def look(event_id: int) -> None:
    flows.look(event_id)


@shared_task
def send_refund(refund_id: int) -> None:
    flows.send_refund(refund_id)
