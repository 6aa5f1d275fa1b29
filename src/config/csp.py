"""What a page may load, and who may frame it: nothing from elsewhere, and nobody."""

from urllib.parse import urlsplit

from django.utils.csp import CSP


def policy(media_url: str, static_url: str) -> dict[str, list[str]]:
    """Pictures and static files may lie on other hosts of the shop's.

    No form-action: a payment post is answered by a redirect to the provider, which it would stop.
    """
    own = [CSP.SELF, *_host(static_url)]
    pictures = {"img-src": [*own, *_host(media_url)]} if _host(media_url) else {}
    return {
        "default-src": own,
        **pictures,
        "base-uri": [CSP.NONE],
        "frame-ancestors": [CSP.NONE],
        "object-src": [CSP.NONE],
    }


def _host(url: str) -> list[str]:
    found = urlsplit(url)
    return [f"{found.scheme or 'https'}://{found.netloc}"] if found.netloc else []
