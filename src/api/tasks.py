from celery import shared_task

from api.models import Answer


@shared_task
def clear() -> None:
    Answer.objects.lapsed().delete()
