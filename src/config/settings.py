"""Django's settings. What differs between instances comes from `config.env` alone."""

from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from config.caches import caches
from config.csp import policy
from config.databases import databases
from config.env import ROOT, Env
from config.logs import logging_to
from config.mail import anymail, mailer
from config.queue import transport
from config.rest import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401 they are read here
from config.store import folders

env = Env.read()
if env.sentry_dsn:
    from config import sentry

    sentry.begin(env.sentry_dsn)

DEBUG = env.debug
SECRET_KEY = env.secret_key
ALLOWED_HOSTS = env.allowed_hosts
SITE_URL = env.site_url
SECURE = urlsplit(SITE_URL).scheme == "https"
DATA_DIR: Path = env.data_dir
RUN_DIR = DATA_DIR / "run"  # what lives as long as the processes: heartbeats, counters
TRUSTED_PROXIES = env.trusted_proxies
METRICS_HOST, METRICS_PORT, METRICS_DIR = env.metrics_host, env.metrics_port, env.metrics_dir
REDIS_URL = env.redis_url
ADMIN_PATH = env.admin_path

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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "config",
    "web",
    "outbox",
    "catalog",
    "coupons",
    "contact",
    "content",
    "members",
    "campaigns",  # before the letters' list: an erasure finds its readers by what that erases
    "newsletter",
    "cart",
    "viewed",
    "wishlist",
    "orders",
    "checkout",
    "privacy",
    "api",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "config.health.Health",
    "web.watch.Watch",
    "web.trust.TrustMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "web.compression.Compression",
    "django.middleware.http.ConditionalGetMiddleware",
    "web.sessions.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",  # finds addresses in the page's language
    "web.crosssite.CrossSiteMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "members.middleware.AccountPages",
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
                "newsletter.context.signup",
                "cart.context.cart",
                "viewed.context.most_viewed",
                "wishlist.context.wishlist",
            ],
            "builtins": ["web.templatetags.shop"],
        },
    },
]

DATABASES = databases(env.database_url, env.database_password, DATA_DIR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = caches(REDIS_URL, ROOT)

AUTH_USER_MODEL = "members.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

# Membership is django-allauth's; its pages' words and forms are in members. Seconds throughout.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "members:overview"
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
ACCOUNT_ADAPTER = "members.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_RATE_LIMITS = {"confirm_email": "5/m/key"}  # who presses twice gets two codes, and no 429
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"  # a page that can say it: shared ones show no notices
ACCOUNT_FORMS = {
    "login": "members.forms.LoginForm",
    "signup": "members.forms.SignupForm",
    "add_email": "members.forms.AddEmailForm",
    "change_password": "members.forms.ChangePasswordForm",
    "set_password": "members.forms.SetPasswordForm",
    "reset_password": "members.forms.ResetPasswordForm",
    "reset_password_from_key": "members.forms.ResetPasswordKeyForm",
    "reauthenticate": "members.forms.ReauthenticateForm",
    "request_login_code": "members.forms.RequestLoginCodeForm",
    "confirm_login_code": "members.forms.ConfirmLoginCodeForm",
    "confirm_email_verification_code": "members.forms.ConfirmEmailVerificationCodeForm",
    "confirm_password_reset_code": "members.forms.ConfirmPasswordResetCodeForm",
}
MFA_ADAPTER = "members.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute off
MFA_FORMS = {
    "authenticate": "members.forms.SecondStepForm",
    "reauthenticate": "members.forms.SecondStepAgainForm",
    "activate_totp": "members.forms.ActivateTOTPForm",
    "add_webauthn": "members.forms.AddPasskeyForm",
    "edit_webauthn": "members.forms.EditPasskeyForm",
}

SESSION_ENGINE = "web.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30  # seconds: a cart waits a month
# A session of these alone is copied to Redis; no page that Back returns to shows the quiet ones.
SESSION_KEPT_KEYS = ["cart", "coupons", "viewed", "wishlist"]
SESSION_QUIET_KEYS = ["viewed"]
FIRST_VIEW_AGE = 60 * 60 * 24  # seconds that the cookie of a first look at a product lasts
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
# Browsers take such names from this very host over TLS alone: a sister host cannot plant one.
_host = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_host}sessionid", f"{_host}csrftoken"
SESSION_TURN_COOKIE_NAME = f"{_host}turn"
FIRST_VIEW_COOKIE_NAME, NOTICES_COOKIE_NAME = f"{_host}first_view", f"{_host}messages"
MESSAGE_STORAGE = "web.notices.Notices"
CSRF_FAILURE_VIEW = "web.crosssite.refused"

SECURE_CSP = policy(env.media_url, env.static_url)
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
    # "private" is what people send us and exports of their data: no address leads there.
    **(env.store.storages(MEDIA_URL) if env.store else folders(DATA_DIR)),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Pictures are compressed already, and maps of others' scripts are for who looks into them.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["avif", "gif", "ico", "jpg", "map", "png", "webp", "woff2"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000  # bytes of a posted form, files apart
FILE_UPLOAD_HANDLERS = ["uploads.handler.InMemory"]
UPLOAD_MAX_BYTES = 10_000_000  # of a file
UPLOAD_MAX_BYTES_AT_ONCE = 40_000_000  # of all files of a post

LETTERS_EMAIL_URL = env.letters.email_url or env.email_url
MAILERS = {"default": mailer(env.email_url), "letters": mailer(LETTERS_EMAIL_URL)}
ANYMAIL = anymail(env.email_url, LETTERS_EMAIL_URL, webhook_secret=env.letters.webhook_secret)
LETTERS_PER_SECOND, LETTERS_AT_ONCE = env.letters.per_second, env.letters.at_once
LETTERS_HELD_SECONDS = 60  # by a sender; then another may take those of them that it has not begun
LETTERS_AWAITED_SECONDS = 90  # one letter's answer, longer than a mail server may take with it
DEFAULT_FROM_EMAIL = f"Ink & Leaf <{env.contact_email}>"

PAYPAL = env.paypal and env.paypal | {"brand": "Ink & Leaf"}

CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = transport(env.broker_url, DATA_DIR)
LOGGING = logging_to(env.log_format)

# The shop. Amounts everywhere are integers of the currency's minor unit.
SHOP_NAME = _("Ink & Leaf")
SHOP_CURRENCY = "GBP"
SHOP_COUNTRY = "GB"  # what the address form starts with
SHOP_EMAIL = env.contact_email  # stands on every page and takes what is written to the shop
SHOP_ADDRESS = _("12 Lane 30, Yongkang Street, Da’an District, Taipei 106, Taiwan")
SHOP_TAX_NUMBER = "GB 999 9999 73"  # stands on invoices; empty if the shop has none
SHOP_BANK_ACCOUNT = {
    "holder": "Ink & Leaf",
    "bank": "Bank of the Lane",
    "iban": "GB33 BUKB 2020 1555 5555 55",
    "bic": "BUKBGB22",
}
NEWSLETTER_CONFIRM_DAYS = 7  # how long a link to confirm is good, and what was asked is kept
NEWSLETTER_PREFERENCES_DAYS = 365
CART_MAX_QUANTITY = 20  # of one line
CART_MAX_LINES = 50
SHARED_SECONDS = env.shared_seconds  # how long Nginx or a CDN may keep a shared page
UNPAID_ORDERS_MAX = 5  # at once, of a session, a member or an email address
SHOP_RETURN_DAYS = 44  # after the last parcel was sent: 30 from its arrival, which takes up to 14

# How long what is personal is kept; the privacy page tells it from here (content.figures).
ORDERS_KEPT_YEARS = 7  # from placement: the law's six years from the end of the accounting year
UNPAID_ORDERS_KEPT_DAYS = 90
UNPROVEN_ACCOUNTS_KEPT_DAYS = 7  # begun with an address that nobody proves
MAILS_KEPT_DAYS = 90  # in the outbox, once sent
CONTACT_KEPT_DAYS = 365  # what people write to us, once it is closed
EXPORTS_KEPT_DAYS = 7  # a file of a person's data that waits to be downloaded
