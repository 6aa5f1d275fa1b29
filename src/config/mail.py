"""`EMAIL_URL` as a Django mailer."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def mailer(url: str) -> dict[str, Any]:
    """Accept `file:///folder`, `smtp://user:password@host:port` and `smtps://…`.

    Raises ImproperlyConfigured for any other scheme.
    """
    parts = urlsplit(url)
    match parts.scheme:
        case "file":
            return {
                "BACKEND": "outbox.backends.FolderBackend",
                "OPTIONS": {"folder": unquote(parts.path)},
            }
        case "smtp" | "smtps" as scheme:
            options: dict[str, Any] = {
                "host": parts.hostname or "localhost",
                "port": parts.port or (465 if scheme == "smtps" else 25),
                "use_ssl": scheme == "smtps",
                "use_tls": scheme == "smtp" and bool(parts.username),
                "timeout": 10,
            }
            if parts.username:
                options["username"] = unquote(parts.username)
                options["password"] = unquote(parts.password or "")
            return {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
    raise ImproperlyConfigured(f"EMAIL_URL must be file:, smtp: or smtps:, not {parts.scheme!r}.")
