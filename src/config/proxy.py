"""Whom to believe about who asks: Nginx over the socket, and proxies named in TRUSTED_PROXIES."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from granian.utils.proxies import wrap_wsgi_with_proxy_headers

App = Callable[[dict[str, Any], Any], Iterable[bytes]]
SAID = (
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"),
    *("HTTP_X_FORWARDED_PORT", "HTTP_X_REQUEST_ID"),
)


def behind(app: App, proxies: Collection[str]) -> App:
    """Take address, scheme and request id from a trusted proxy's headers, from no one else's.

    A socket's peer has no address. The proxy writes these headers anew; it passes none on.
    """
    believing = wrap_wsgi_with_proxy_headers(app, "*")

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR") or ""
        if not peer or peer in proxies:
            environ["REMOTE_ADDR"] = peer
            return believing(environ, start_response)
        for name in SAID:
            environ.pop(name, None)
        return app(environ, start_response)

    return application
