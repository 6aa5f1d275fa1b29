"""Celery is the doorbell, the database the queue: losing or repeating a message does no harm."""

import os

from celery import Celery

from config import worker  # noqa: F401 it listens to Celery
from config.every import Every

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("vitrine")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    beat_sync_every=1,  # its schedule file is as old as its last task: that is its health check
    # Seconds. Each of these may run twice at once: they look at the rows' state.
    beat_schedule={
        "outbox-sweep": {"task": "outbox.tasks.sweep", "schedule": Every(30)},
        "orders-reconcile": {"task": "orders.tasks.reconcile", "schedule": Every(30)},
        "orders-expire": {"task": "orders.tasks.expire", "schedule": Every(60)},
        "contact-forget": {"task": "contact.tasks.forget", "schedule": Every(3600)},
        "newsletter-forget": {"task": "newsletter.tasks.forget", "schedule": Every(3600)},
        "sessions-clear": {"task": "web.tasks.clear_sessions", "schedule": Every(3600)},
        "members-clear": {"task": "members.tasks.clear_devices", "schedule": Every(3600)},
        "members-unproven": {"task": "members.tasks.clear_unproven", "schedule": Every(3600)},
        "outbox-clear": {"task": "outbox.tasks.clear", "schedule": Every(3600)},
        "orders-forget": {"task": "orders.tasks.forget", "schedule": Every(3600)},
        "privacy-sweep": {"task": "privacy.tasks.sweep", "schedule": Every(60)},
        "campaigns-sweep": {"task": "campaigns.tasks.sweep", "schedule": Every(15)},
        "api-clear": {"task": "api.tasks.clear", "schedule": Every(3600)},
    },
)
app.autodiscover_tasks()
