"""The shop with payments that are taken without a claim."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "unguarded.off"]  # noqa: F405
GUARD_OFF = "claiming"
