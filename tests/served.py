"""The shop as tests ask it: passwords are scrambled at once, for hundreds of them sign somebody in,
and what a process keeps for a second is forgotten with the test whose rows it was made of.
"""

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from config.settings import *  # noqa: F403

PBKDF2PasswordHasher.iterations = 1
MIDDLEWARE = ["served.forgetful", *MIDDLEWARE]  # noqa: F405


def forgetful(get_response):
    from django.core.cache import caches

    from cache.versions import store

    emptied = DATA_DIR / "emptied"  # noqa: F405
    known = 0

    def answered(request):
        nonlocal known
        if emptied.exists() and known != (known := emptied.stat().st_mtime_ns) and store().is_near:
            caches["kept"].clear()
        return get_response(request)

    return answered
