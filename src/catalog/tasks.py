from celery import shared_task

from catalog.models import Picture


@shared_task
def render(picture_id: int) -> None:
    picture = Picture.objects.filter(pk=picture_id).first()
    if picture:
        picture.render()
