from datetime import timedelta

from celery import shared_task

from contact.models import FOLDER, Message, Thread, private
from uploads.leftovers import clear


@shared_task
def forget() -> None:
    """What has had its time, and pictures that could not be deleted with their messages."""
    Thread.objects.outlived().forget()
    known = set(Message.objects.exclude(picture="").values_list("picture", flat=True))
    clear(private(), FOLDER, known, after=timedelta(days=1))
