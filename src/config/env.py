"""The one place that reads the environment.

Without `DATABASE_URL` an instance is *embedded*: SQLite in `DATA_DIR`, a secret made for the
instance, loopback hosts. With it, it is in production and says plainly what is missing.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

ROOT = Path(__file__).resolve().parents[2]
NEEDED_IN_PRODUCTION = ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL")


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
    redis_url: str | None
    broker_url: str
    email_url: str
    contact_email: str
    paypal: dict[str, str] | None
    media_url: str
    static_url: str
    log_format: str

    @classmethod
    def read(cls, given: Mapping[str, str] = os.environ) -> Env:
        """Raise ImproperlyConfigured, naming every variable at fault."""
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
            allowed_hosts=[host.strip() for host in hosts.split(",") if host.strip()],
            site_url=(given.get("SITE_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
            database_url=given.get("DATABASE_URL") or f"sqlite:///{data_dir / 'db.sqlite3'}",
            redis_url=given.get("REDIS_URL") or None,
            broker_url=given.get("BROKER_URL") or "filesystem://",
            email_url=given.get("EMAIL_URL") or f"file://{data_dir / 'mail'}",
            contact_email=_address(given.get("CONTACT_EMAIL") or "shop@inkandleaf.example"),
            paypal=_paypal(given, port if embedded else None),
            media_url=given.get("MEDIA_URL") or "/media/",
            static_url=given.get("STATIC_URL") or "/static/",
            log_format=_log_format(given.get("LOG_FORMAT") or "text"),
        )


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
