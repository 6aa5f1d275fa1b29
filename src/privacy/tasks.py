from celery import shared_task

from privacy import making


@shared_task
def make(export_id: int) -> None:
    making.make(export_id)


@shared_task
def sweep() -> None:
    making.sweep()
