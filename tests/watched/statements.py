"""The shop, with an eye on its statements; what is watched stands in the environment."""

import os

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "watched.apps.Watched"]  # noqa: F405
WATCHED_FILE = os.environ["WATCHED_FILE"]
WATCHED_SQL = os.environ["WATCHED_SQL"]
WATCHED_SECONDS = float(os.environ["WATCHED_SECONDS"])
WATCHED_WITHOUT_LOCKS = "WATCHED_WITHOUT_LOCKS" in os.environ
