"""The shop's settings with short waits for letters: a sender that is killed is given up at once."""

from config.settings import *  # noqa: F403

LETTERS_HELD_SECONDS = 2
LETTERS_AWAITED_SECONDS = 4
