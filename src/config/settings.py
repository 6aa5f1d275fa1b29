"""Django's settings. What differs between instances comes from `config.env` alone."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from config.env import ROOT, Env
from config.mail import mailer
from config.queue import transport

env = Env.read()

DEBUG = env.debug
SECRET_KEY = env.secret_key
ALLOWED_HOSTS = env.allowed_hosts
SITE_URL = env.site_url
SECURE = urlsplit(SITE_URL).scheme == "https"
DATA_DIR: Path = env.data_dir

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "config",
    "web",
    "outbox",
    "catalog",
    "coupons",
    "content",
    "members",
    "cart",
    "viewed",
    "orders",
    "checkout",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "web.sessions.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",  # finds addresses in the page's language
    "web.crosssite.CrossSiteMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates", ROOT / "partials"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context.site",
                "catalog.context.categories",
                "content.context.footer",
                "cart.context.cart",
                "viewed.context.most_viewed",
            ],
            "builtins": ["web.templatetags.shop"],
        },
    },
]

# SQLite: writers queue up at BEGIN instead of failing at COMMIT, and readers never wait.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}
DATABASES = {
    "default": dj_database_url.parse(env.database_url, conn_max_age=600, conn_health_checks=True)
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    # Servers under test are processes of their own, so the test database is a file.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
if env.redis_url:
    CACHES["default"] = {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": env.redis_url,
        # A Redis that hangs must not hang a page.
        "OPTIONS": {
            "SOCKET_CONNECT_TIMEOUT": 0.3,
            "SOCKET_TIMEOUT": 0.3,
            "IGNORE_EXCEPTIONS": True,
        },
    }

AUTH_USER_MODEL = "members.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]

SESSION_ENGINE = "web.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30  # seconds: a cart waits a month
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CSRF_FAILURE_VIEW = "web.crosssite.refused"

# No form-action: a payment post is answered by a redirect to the provider, which it would stop.
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
X_FRAME_OPTIONS = "DENY"
# W003 looks for Django's own CSRF middleware; web.crosssite is a subclass of it.
SILENCED_SYSTEM_CHECKS = ["security.W003"]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hant", _("Traditional Chinese"))]
LOCALE_PATHS = [ROOT / "src" / "config" / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "Europe/London"
USE_TZ = True

STATIC_URL = env.static_url
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"]
MEDIA_URL = env.media_url
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes of a posted form, files apart

MAILERS = {"default": mailer(env.email_url)}
DEFAULT_FROM_EMAIL = "Ink & Leaf <shop@inkandleaf.example>"

PAYPAL = env.paypal and env.paypal | {"brand": "Ink & Leaf"}

CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = transport(env.broker_url, DATA_DIR)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "config.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": env.log_format}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}

# The shop. Amounts everywhere are integers of the currency's minor unit.
SHOP_NAME = _("Ink & Leaf")
SHOP_CURRENCY = "GBP"
SHOP_COUNTRY = "GB"  # what the address form starts with
SHOP_EMAIL = "shop@inkandleaf.example"
SHOP_ADDRESS = _("12 Lane 30, Yongkang Street, Da’an District, Taipei 106, Taiwan")
SHOP_TAX_NUMBER = "GB 999 9999 73"  # stands on invoices; empty if the shop has none
SHOP_BANK_ACCOUNT = {
    "holder": "Ink & Leaf",
    "bank": "Bank of the Lane",
    "iban": "GB33 BUKB 2020 1555 5555 55",
    "bic": "BUKBGB22",
}
CART_MAX_QUANTITY = 20  # of one line
CART_MAX_LINES = 50
UNPAID_ORDERS_MAX = 5  # at once, of a session, a member or an email address
