"""The one place that reads the environment.

Without `DATABASE_URL` an instance is *embedded*: SQLite in `DATA_DIR`, a secret made for the
instance, loopback hosts. With it, it is in production and says plainly what is missing.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from config.letters import Letters
from config.server import Server, number
from config.store import Store

ROOT = Path(__file__).resolve().parents[2]
NEEDED_IN_PRODUCTION = ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL")
# Each may be given as NAME_FILE, too: a file that holds it, as containers hand secrets over.
SECRETS = (
    *("SECRET_KEY", "DATABASE_URL", "DATABASE_PASSWORD", "REDIS_URL", "BROKER_URL", "EMAIL_URL"),
    *("PAYPAL_CLIENT_ID", "PAYPAL_SECRET", "PAYPAL_WEBHOOK_ID", "SENTRY_DSN"),
    *("LETTERS_EMAIL_URL", "MAIL_WEBHOOK_SECRET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"),
)


@dataclass(frozen=True)
class Env:
    port: int
    data_dir: Path
    debug: bool
    embedded: bool
    secret_key: str
    allowed_hosts: list[str]
    site_url: str
    database_url: str
    database_password: str
    redis_url: str | None
    broker_url: str
    email_url: str
    contact_email: str
    paypal: dict[str, str] | None
    media_url: str
    static_url: str
    store: Store | None
    log_format: str
    shared_seconds: int
    sentry_dsn: str
    admin_path: str
    trusted_proxies: list[str]
    metrics_host: str
    metrics_port: int | None
    metrics_dir: str
    socket: Path
    server: Server
    letters: Letters

    @classmethod
    def read(cls, given: Mapping[str, str] = os.environ) -> Env:
        """Raise ImproperlyConfigured, naming every variable at fault."""
        given = _with_files(given)
        data_dir = Path(given.get("DATA_DIR") or ROOT / "var").resolve()
        port = _port(given.get("PORT") or "8000")
        embedded = not given.get("DATABASE_URL")
        if not embedded:
            missing = [name for name in NEEDED_IN_PRODUCTION if not given.get(name)]
            if missing:
                raise ImproperlyConfigured(f"Set {', '.join(missing)}: DATABASE_URL is set.")
        hosts = given.get("ALLOWED_HOSTS") or "127.0.0.1,localhost,[::1]"
        return cls(
            port=port,
            data_dir=data_dir,
            debug=(given.get("DEBUG") or "0").lower() in {"1", "true", "yes", "on"},
            embedded=embedded,
            secret_key=given.get("SECRET_KEY") or _secret_of(data_dir),
            allowed_hosts=_words(hosts),
            site_url=(given.get("SITE_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
            database_url=given.get("DATABASE_URL") or f"sqlite:///{data_dir / 'db.sqlite3'}",
            database_password=given.get("DATABASE_PASSWORD") or "",
            redis_url=given.get("REDIS_URL") or None,
            broker_url=given.get("BROKER_URL") or "filesystem://",
            email_url=given.get("EMAIL_URL") or f"file://{data_dir / 'mail'}",
            contact_email=_address(given.get("CONTACT_EMAIL") or "shop@inkandleaf.example"),
            paypal=_paypal(given, port if embedded else None),
            media_url=given.get("MEDIA_URL") or "/media/",
            static_url=given.get("STATIC_URL") or "/static/",
            store=Store.read(given),
            **_operation(given, data_dir),
        )


def _operation(given: Mapping[str, str], data_dir: Path) -> dict[str, Any]:
    """What an operator says beside the services themselves."""
    return {
        "log_format": _log_format(given.get("LOG_FORMAT") or "text"),
        "shared_seconds": number(given, "SHARED_SECONDS", 60),
        "sentry_dsn": given.get("SENTRY_DSN") or "",
        "admin_path": _path("ADMIN_PATH", given.get("ADMIN_PATH") or "admin/"),
        "trusted_proxies": _words(given.get("TRUSTED_PROXIES") or ""),
        "metrics_host": given.get("METRICS_HOST") or "127.0.0.1",
        "metrics_port": _port(given["METRICS_PORT"]) if given.get("METRICS_PORT") else None,
        "metrics_dir": given.get("PROMETHEUS_MULTIPROC_DIR") or "",
        "socket": Path(given.get("SOCKET") or data_dir / "run" / "web.sock"),
        "server": Server.read(given),
        "letters": Letters.read(given),
    }


def _with_files(given: Mapping[str, str]) -> dict[str, str]:
    found = dict(given)
    for name in SECRETS:
        if not (path := given.get(f"{name}_FILE")):
            continue
        if given.get(name):
            raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
        try:
            found[name] = Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}.") from error
    return found


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _path(name: str, text: str) -> str:
    """`admin` → `admin/`."""
    if not re.fullmatch("/?[a-z0-9][a-z0-9/-]*", text):
        raise ImproperlyConfigured(f"{name} must be like admin/, not {text!r}.")
    return text.strip("/") + "/"


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ImproperlyConfigured(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _address(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise ImproperlyConfigured(f"CONTACT_EMAIL must be one address, not {text!r}.") from error
    return text


def _paypal(given: Mapping[str, str], port: int | None) -> dict[str, str] | None:
    """Where PayPal is: the simulator beside an embedded instance, none in production."""
    found = {
        "base_url": given.get("PAYPAL_BASE_URL") or "",
        "client_id": given.get("PAYPAL_CLIENT_ID") or "",
        "secret": given.get("PAYPAL_SECRET") or "",
        "webhook_id": given.get("PAYPAL_WEBHOOK_ID") or "",
    }
    if not any(found.values()):
        return simulator(port) if port else None
    missing = [f"PAYPAL_{name.upper()}" for name, value in found.items() if not value]
    if missing:
        raise ImproperlyConfigured(f"Set {', '.join(missing)} too: PayPal needs all four.")
    return found | {"base_url": found["base_url"].rstrip("/")}


def simulator(port: int) -> dict[str, str]:
    """What leads to the simulator of PayPal beside the instance on `port`."""
    beside = port + 1000 if port < 64536 else port - 1000
    known = dict.fromkeys(("client_id", "secret", "webhook_id"), "simulator")
    return known | {"base_url": f"http://127.0.0.1:{beside}"}


def _log_format(text: str) -> str:
    if text not in {"text", "json"}:
        raise ImproperlyConfigured(f"LOG_FORMAT must be text or json, not {text!r}.")
    return text


def _secret_of(data_dir: Path) -> str:
    """The instance's own secret, made once; processes that start together agree on it."""
    path = data_dir / "secret-key"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _when_written(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret := secrets.token_urlsafe(48))
    return secret


def _when_written(path: Path) -> str:
    """Another process may have made the file this instant and be about to fill it."""
    for _ in range(500):
        if text := path.read_text():
            return text
        time.sleep(0.01)
    raise ImproperlyConfigured(f"{path} is empty: delete it, and a new one is made.")
