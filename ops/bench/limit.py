"""The limit: the least that Django does for a page with a session, a user and a form.

A session out of Redis, `request.user`, a CSRF token and one small template, nothing else.
"""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "limit_page"
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
INSTALLED_APPS = [f"django.contrib.{name}" for name in ("contenttypes", "auth", "sessions")]
AUTH_USER_MODEL = "auth.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
