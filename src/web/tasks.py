from celery import shared_task

from web.sessions import SessionStore


@shared_task
def clear_sessions() -> None:
    SessionStore.clear_expired()
