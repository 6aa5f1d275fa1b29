"""Counts what the database is asked, in every process: a line of a file for each statement that
holds WATCHED_SQL, which takes WATCHED_SECONDS then, as it would in a busy database."""

import os
import time

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created


def watch(connection, **_more):
    if note not in connection.execute_wrappers:
        connection.execute_wrappers.append(note)


def note(execute, sql, params, many, context):
    if settings.WATCHED_SQL in sql:
        with open(settings.WATCHED_FILE, "a") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(settings.WATCHED_SECONDS)
    return execute(sql, params, many, context)


class Watched(AppConfig):
    name = "watched"

    def ready(self):
        connection_created.connect(watch)
        if settings.WATCHED_WITHOUT_LOCKS:
            from cache.redis import Kept

            Kept.lock = lambda self, keys, seconds: dict.fromkeys(keys, "everybody wins")
