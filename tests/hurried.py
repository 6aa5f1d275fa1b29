"""The shop's Celery with a beat that beats each second: `celery -A hurried worker -B`."""

from config.celery import app

for entry in app.conf.beat_schedule.values():
    entry["schedule"] = min(entry["schedule"], 1)
