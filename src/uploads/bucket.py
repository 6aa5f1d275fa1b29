"""Files in a bucket of an object store that speaks S3, with the promises of `uploads.storage`."""

import logging
import mimetypes
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Self
from urllib.parse import urljoin

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from uploads.storage import NotStored, note

log = logging.getLogger(__name__)
TAKEN = (409, 412)  # answers to If-None-Match: somebody has the name, or is about to
TRIES = 5  # names for one file
IN_MEMORY = 10_000_000  # bytes of a file that is read; the rest is on a disk meanwhile
A_DAY, FOR_EVER = "public, max-age=86400", "public, max-age=31536000, immutable"
HURRIED = Config(
    connect_timeout=2,  # seconds
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=32,
    signature_version="s3v4",
    request_checksum_calculation="when_required",  # newer ones are not known everywhere
    response_checksum_validation="when_required",
)


@cache
def _connection(endpoint: str | None, region: str | None, key: str | None, secret: str | None):
    """One for all buckets and threads: it takes 12 MB. Threads may share its client alone."""
    session = boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret)
    return session.resource("s3", endpoint_url=endpoint, region_name=region, config=HURRIED)


def _status(error: Exception) -> int:
    """Of HTTP; 0 if nothing was answered."""
    if not isinstance(error, ClientError):
        return 0
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


@contextmanager
def told() -> Iterator[None]:
    """What the store refuses, and that it does not answer, is an OSError as on a disk."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        kind = FileNotFoundError if _status(error) == 404 else OSError
        raise kind(str(error)) from error


class Fetched(File):
    """Fetched when it is opened, and once more if it is opened after it was closed."""

    def __init__(self, storage: "Bucket", name: str) -> None:
        self.storage = storage
        super().__init__(storage.fetch(name), name)

    def open(self, *_args: Any, **_more: Any) -> Self:
        if self.closed:
            self.file = self.storage.fetch(str(self.name))
        self.seek(0)
        return self


class Bucket(S3Storage):
    """`base_url` is where its files are shown; without one they have no address."""

    def __init__(self, *, base_url: str = "", **options: Any) -> None:
        self.base_url = base_url and base_url.rstrip("/") + "/"
        super().__init__(file_overwrite=False, client_config=HURRIED, **options)

    @property
    def connection(self) -> Any:
        keys = (self.access_key or None, self.secret_key or None)
        return _connection(self.endpoint_url or None, self.region_name or None, *keys)

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """Raises NotStored."""
        try:
            return super().save(name, content, max_length)
        except NotStored:
            raise
        except OSError as error:
            log.exception("%s was not stored", name)
            raise NotStored(*error.args) from error

    def _save(self, name: str, content: Any) -> str:
        once = secrets.token_hex(8)
        for _try in range(TRIES):
            try:
                with told():
                    stored = self._put(name, content, once)
            except OSError:
                self._take_back(name, once)
                raise
            if stored:
                note(self, name)
                return name
            name = self.get_available_name(name)
        raise NotStored(f"All names for {name} were taken.")

    def _put(self, name: str, content: Any, once: str) -> bool:
        """False if the name is somebody else's: nothing is ever written over."""
        content.seek(0)
        try:
            self._client.put_object(
                **self._at(name),
                Body=content.file,
                ContentType=mimetypes.guess_type(name)[0] or "application/octet-stream",
                CacheControl=self._kept(name),
                Metadata={"once": once},
                IfNoneMatch="*",
            )
        except ClientError as error:
            if _status(error) not in TAKEN:
                raise
            return self._is(name, once)  # it may have taken the file and its answer was lost
        return True

    def _take_back(self, name: str, once: str) -> None:
        """The store may have taken a file and not said so."""
        try:
            if self._is(name, once):
                self.delete(name)
        except OSError:
            log.warning("%s may be left in %s", name, self.bucket_name)

    def _is(self, name: str, once: str) -> bool:
        try:
            return self._head(name)["Metadata"].get("once") == once
        except FileNotFoundError:
            return False

    def _kept(self, name: str) -> str:
        """Renditions are named by what they show."""
        if not self.base_url:
            return "private, no-store"
        return FOR_EVER if name.startswith("renditions/") else A_DAY

    def _open(self, name: str, mode: str = "rb") -> File:
        """Raises OSError."""
        if mode != "rb":
            raise ValueError("Files are read as bytes, and written by save().")
        return Fetched(self, name)

    def fetch(self, name: str) -> IO[bytes]:
        """All of it. Raises OSError."""
        file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 who reads it closes it
        with told():
            shutil.copyfileobj(self._client.get_object(**self._at(name))["Body"], file)
        file.seek(0)
        return file

    def exists(self, name: str) -> bool:
        """Raises OSError if the store does not say."""
        try:
            self._head(name)
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        """Raises OSError, but not for what is not there."""
        with told():
            self._client.delete_object(**self._at(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with told():
            return super().listdir(path)

    def size(self, name: str) -> int:
        return self._head(name)["ContentLength"]

    def get_modified_time(self, name: str) -> datetime:
        return self._head(name)["LastModified"]

    def url(self, name: str | None, *_args: Any, **_more: Any) -> str:
        """Without a signature: kept pages and mails show it for as long as they like."""
        if not self.base_url:
            raise ValueError("No address leads to this file.")
        return urljoin(self.base_url, filepath_to_uri(str(name)).lstrip("/"))

    def _head(self, name: str) -> dict[str, Any]:
        with told():
            return self._client.head_object(**self._at(name))

    def _at(self, name: str) -> dict[str, str]:
        key = self._normalize_name(clean_name(name))
        return {"Bucket": self.bucket_name, "Key": key}

    @property
    def _client(self) -> Any:
        return self.connection.meta.client
