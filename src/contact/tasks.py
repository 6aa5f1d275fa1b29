from celery import shared_task

from contact.models import Thread


@shared_task
def forget() -> None:
    Thread.objects.outlived().forget()
