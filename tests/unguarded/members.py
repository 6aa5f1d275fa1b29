"""The shop with members' carts that are read and written without their lock."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "unguarded.off"]  # noqa: F405
GUARD_OFF = "members"
