"""The shop with uses of coupons that are read, decided on, and written."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "unguarded.off"]  # noqa: F405
GUARD_OFF = "counting"
