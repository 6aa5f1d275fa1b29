"""Somebody who writes to the shop by its contact page, and what is left of it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import factories
from dom import form, parse

FIELDS = {
    "name": "Ada Byron",
    "email": "ada@example.com",
    "subject": "The glaze of the oat cup",
    "message": "Is it food safe?\n\nAda",
}


def picture(name: str = "cup.jpg", content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or factories.photograph())


class Writer:
    def __init__(self, client: Client | None = None, prefix: str = "") -> None:
        self.client, self.at = client or Client(), f"{prefix}/contact/"
        cache.clear()  # what others have written

    def open(self) -> dict[str, Any]:
        """What the form would post as it is shown."""
        page = parse(self.client.get(self.at).content.decode())
        return dict(form(page, "/contact/").fields)

    def send(self, **fields: Any) -> Any:
        return self.post(self.open() | FIELDS | fields)

    def post(self, fields: dict[str, Any], **more: Any) -> Any:
        return self.client.post(self.at, {k: v for k, v in fields.items() if v is not None}, **more)


def kept_files() -> set[str]:
    """Everything in the folders of files, public and private."""
    folders = [Path(settings.MEDIA_ROOT), Path(settings.DATA_DIR) / "private"]
    return {str(path) for folder in folders for path in folder.rglob("*") if path.is_file()}
