"""The shop with holds that are read, decided on, and given back."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "unguarded.off"]  # noqa: F405
GUARD_OFF = "giving_back"
