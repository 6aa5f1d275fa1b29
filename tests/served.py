"""The shop, but that passwords are scrambled at once: it takes half a second, and hundreds sign in."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from config.settings import *  # noqa: F403

PBKDF2PasswordHasher.iterations = 1
