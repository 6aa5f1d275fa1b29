"""The shop with uses of codes that are read, decided on, and written."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "unguarded.codes"]  # noqa: F405
