"""Whom the shop believes about who asks."""

import pytest

from config.proxy import behind

SAID = {
    "HTTP_X_FORWARDED_FOR": "203.0.113.9",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_REQUEST_ID": "a" * 32,
}


def seen(peer: str | None, proxies: list[str]) -> dict[str, str]:
    found: dict = {}
    behind(lambda environ, _start: found.update(environ) or [], proxies)(
        SAID | {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http"}, None
    )
    return found


@pytest.mark.parametrize(
    ("peer", "proxies"), [("", []), (None, []), ("10.0.0.1", ["10.0.0.2", "10.0.0.1"])]
)
def test_nginx_on_the_socket_and_named_proxies_are_believed(peer, proxies):
    environ = seen(peer, proxies)
    assert environ["REMOTE_ADDR"] == "203.0.113.9"
    assert environ["wsgi.url_scheme"] == "https"
    assert environ["HTTP_X_REQUEST_ID"] == "a" * 32


@pytest.mark.parametrize("peer", ["198.51.100.4", "127.0.0.1"])
def test_nobody_else_is_and_nothing_they_said_is_seen(peer):
    environ = seen(peer, ["10.0.0.1"])
    assert environ == {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http"}


def test_a_scrape_over_the_socket_names_no_visitor():
    found: dict = {}
    behind(lambda environ, _start: found.update(environ) or [], [])({"REMOTE_ADDR": None}, None)
    assert found["REMOTE_ADDR"] == ""
