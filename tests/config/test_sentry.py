"""Errors are reported with where and why, and without whom they concern."""

import gzip
import os
import subprocess
import sys

import brotli
import pytest

import services
from listening import listening

FAIL = """
import django, logging
django.setup()
from django.test import Client
from django.urls import path
from config import urls
def broken(request):
    nobody = "a local secret"
    raise ValueError("it broke")
urls.urlpatterns.append(path("broken/", broken))
said = {"Host": "127.0.0.1", "X-Request-ID": "b" * 32}
client = Client(raise_request_exception=False, headers=said)
client.cookies["sessionid"] = "a cookie"
assert client.post("/broken/?key=a-secret", {"email": "ada@example.com"}).status_code == 500
import sentry_sdk
sentry_sdk.flush(5)
"""


@pytest.mark.outside
def test_an_error_is_reported_without_secrets_and_with_its_request(data_dir):
    with listening(parse=False) as listener:
        dsn = listener.url.replace("://", "://public@").replace("/webhooks/paypal/", "/1")
        env = os.environ | {
            "SENTRY_DSN": dsn,
            "DATA_DIR": str(data_dir),
            "PYTHONPATH": str(services.ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        run = subprocess.run([sys.executable, "-c", FAIL], env=env, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        said = "".join(_text(one) for one in listener.wait_for(1))
    assert "it broke" in said and "b" * 32 in said
    for secret in ("a-secret", "a local secret", "ada@example.com", "a cookie"):
        assert secret not in said


def _text(sent: dict) -> str:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}
    return unpack[sent["headers"]["CONTENT-ENCODING"]](sent["body"]).decode()
