from celery import shared_task

from catalog.models import Picture


# A store that is away, or a full disk, is tried for four hours; the photograph is shown meanwhile.
@shared_task(
    autoretry_for=(OSError,),
    dont_autoretry_for=(FileNotFoundError,),
    retry_backoff=15,  # seconds, doubled each time up to ten minutes
    max_retries=30,
)
def render(picture_id: int) -> None:
    picture = Picture.objects.filter(pk=picture_id).first()
    if picture:
        picture.render()
