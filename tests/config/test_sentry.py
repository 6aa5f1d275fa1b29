"""Errors are reported with where and why, and without whom they concern."""

import gzip
import json
import os
import subprocess
import sys

import brotli
import pytest

import services
from listening import listening

FAIL = """
import django, json, os
django.setup()
from django.test import RequestFactory
from django.core.wsgi import get_wsgi_application
secret = json.loads(os.environ["SECRETS"])
from django.urls import path
from config import urls
from web import copies
def broken(request, token):
    nobody = secret["local"]
    assert request.session["viewed"] == [7]  # of the copy in Redis
    raise ValueError("it broke")
urls.urlpatterns.insert(0, path("newsletter/leave/<str:token>/", broken))
said = {"Host": "127.0.0.1", "X-Request-ID": "b" * 32, "Sec-Fetch-Site": "same-origin"}
for name in ("Referer", "HX-Current-URL"):
    said[name] = "http://127.0.0.1/orders/1/?key=" + secret[name]
asked = RequestFactory(headers=said)
copies.write(secret["cookie"], 1, {"viewed": [7]})
asked.cookies["sessionid"], asked.cookies["turn"] = secret["cookie"], "1"
address = f"/newsletter/leave/{secret['link']}/?key={secret['query']}"
request = asked.post(address, {"email": secret["form"]})
began = []
get_wsgi_application()(request.environ, lambda *begun: began.extend(begun))
assert began[0].startswith("500")
import sentry_sdk
sentry_sdk.flush(5)
"""


# Not in the script itself, whose lines are reported.
SECRETS = {"local": "a-local", "cookie": "cookieofada", "query": "a-key", "form": "ada@x.example"}
SECRETS |= {
    "link": "1:of-ada:signed",
    "Referer": "the-key-before",
    "HX-Current-URL": "the-key-of-the-page",
}


@pytest.mark.outside
def test_an_error_is_reported_without_secrets_and_with_its_request(data_dir, redis_url):
    with listening(parse=False) as listener:
        dsn = listener.url.replace("://", "://public@").replace("/webhooks/paypal/", "/1")
        env = os.environ | {
            "SENTRY_DSN": dsn,
            "REDIS_URL": redis_url,
            "SECRETS": json.dumps(SECRETS),
            "DATA_DIR": str(data_dir),
            "PYTHONPATH": str(services.ROOT / "src"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        run = subprocess.run([sys.executable, "-c", FAIL], env=env, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        said = "".join(_text(one) for one in listener.wait_for(1))
    assert "it broke" in said and "b" * 32 in said
    assert said.count('"http://127.0.0.1/orders/1/"') == 2
    assert '"http://127.0.0.1/newsletter/leave/-/"' in said
    for secret in SECRETS.values():
        assert secret not in said, said[max(0, said.find(secret) - 300) :][:600]


def _text(sent: dict) -> str:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress}
    return unpack[sent["headers"]["CONTENT-ENCODING"]](sent["body"]).decode()
