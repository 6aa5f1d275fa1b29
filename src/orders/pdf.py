"""HTML becomes a PDF by WeasyPrint, which needs Pango from the system and gets nothing else.

Where Pango is missing, as on a bare machine that runs the demo, the shop does without PDFs.
"""

import mimetypes
from ctypes.util import find_library
from functools import cache
from typing import Any
from urllib.parse import unquote, urljoin

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")


class NotMade(Exception):  # noqa: N818 it reads as what happened
    """There can be no PDF here."""


@cache
def can_be_made() -> bool:
    """Loading WeasyPrint itself would answer too, but takes a second."""
    return all(find_library(name) for name in LIBRARIES)


def made(html: str) -> bytes:
    """The PDF of a whole document whose styles and pictures are static files. Raises NotMade."""
    if not can_be_made():
        raise NotMade
    try:
        from weasyprint import HTML
    except OSError as error:  # found, and yet not to be loaded
        raise NotMade from error
    document = HTML(string=html, base_url=settings.SITE_URL, url_fetcher=_fetcher())
    return document.write_pdf(pdf_tags=True)


def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class StaticFiles(URLFetcher):
        """Gives the shop's own static files. Nothing is asked of the network or the disk."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            kind = mimetypes.guess_type(url)[0] or "application/octet-stream"
            return URLFetcherResponse(url, _static(url), {"Content-Type": kind})

    return StaticFiles(allowed_protocols=())


def _static(url: str) -> bytes:
    """Raises ValueError for what is no static file."""
    root = urljoin(settings.SITE_URL, settings.STATIC_URL)
    name = unquote(url.removeprefix(root))
    if not url.startswith(root):
        raise ValueError(f"not a static file of the shop: {url}")
    if staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            return file.read()
    if (path := finders.find(name)) is None:  # in debug mode they are not collected
        raise ValueError(f"no such static file: {url}")
    with open(str(path), "rb") as file:
        return file.read()
