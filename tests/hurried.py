"""The shop's Celery with a beat that beats each second: `celery -A hurried worker -B`."""

from config.celery import app
from config.every import Every

for entry in app.conf.beat_schedule.values():
    entry["schedule"] = Every(min(entry["schedule"].seconds, 1))
