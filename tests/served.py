"""The shop with passwords that are scrambled at once: hundreds of tests sign somebody in."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from config.settings import *  # noqa: F403

PBKDF2PasswordHasher.iterations = 1
