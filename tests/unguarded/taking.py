"""The shop with stock that is read, decided on, and written."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "unguarded.stock"]  # noqa: F405
