"""The shop with sessions as Django saves them: each request writes back its whole copy."""

from config.settings import *  # noqa: F403

SESSION_ENGINE = "unguarded.sessions"
