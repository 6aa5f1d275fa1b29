"""`EMAIL_URL` as a Django mailer."""

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def mailer(url: str) -> dict[str, Any]:
    """Accept `file:///folder`, `smtp://user:password@host:port`, `smtps://…` and
    `anymail://provider?api_key=…`, whose options are those that django-anymail names.

    Raises ImproperlyConfigured for any other scheme.
    """
    parts = urlsplit(url)
    match parts.scheme:
        case "file":
            return {
                "BACKEND": "outbox.backends.FolderBackend",
                "OPTIONS": {"folder": unquote(parts.path)},
            }
        case "smtp" | "smtps":
            return {"BACKEND": "outbox.smtp.EmailBackend", "OPTIONS": _smtp(parts)}
        case "anymail":
            return {"BACKEND": f"anymail.backends.{parts.hostname}.EmailBackend"}
    raise ImproperlyConfigured(
        f"EMAIL_URL must be file:, smtp:, smtps: or anymail:, not {parts.scheme!r}."
    )


def _smtp(parts: SplitResult) -> dict[str, Any]:
    is_tls = parts.scheme == "smtps"
    options: dict[str, Any] = {
        "host": parts.hostname or "localhost",
        "port": parts.port or (465 if is_tls else 25),
        "use_ssl": is_tls,
        "use_tls": not is_tls and bool(parts.username),
        "timeout": 10,
    }
    if parts.username:
        options["username"] = unquote(parts.username)
        options["password"] = unquote(parts.password or "")
    return options


def anymail(*urls: str, webhook_secret: str) -> dict[str, Any]:
    """django-anymail's settings: what its mailers and its webhooks of one provider share."""
    found: dict[str, Any] = {"WEBHOOK_SECRET": webhook_secret}
    for parts in map(urlsplit, urls):
        if parts.scheme == "anymail":
            options = parse_qsl(parts.query)
            found |= {f"{parts.hostname}_{name}".upper(): value for name, value in options}
    return found
