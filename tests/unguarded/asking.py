"""The shop with a new request id each time PayPal is asked for a payment."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "unguarded.off"]  # noqa: F405
GUARD_OFF = "asking"
