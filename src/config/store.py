"""Where uploads lie: in folders of DATA_DIR, or in two buckets of a store that speaks S3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Store:
    bucket: str  # anybody reads it, at MEDIA_URL
    private_bucket: str
    endpoint_url: str  # empty: Amazon's
    region: str  # empty: what boto3 finds
    access_key: str  # empty, with its secret: what boto3 finds, such as the machine's role
    secret_key: str

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Store | None:
        """None if files are kept in folders. Raise ImproperlyConfigured for what is half set."""
        store = cls(
            bucket=given.get("S3_BUCKET") or "",
            private_bucket=given.get("S3_PRIVATE_BUCKET") or "",
            endpoint_url=given.get("S3_ENDPOINT_URL") or "",
            region=given.get("S3_REGION") or "",
            access_key=given.get("S3_ACCESS_KEY_ID") or "",
            secret_key=given.get("S3_SECRET_ACCESS_KEY") or "",
        )
        if not any(vars(store).values()):
            return None
        needed = ["S3_BUCKET", "S3_PRIVATE_BUCKET", "MEDIA_URL"]
        if store.access_key or store.secret_key:
            needed += ["S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"]
        if missing := [name for name in needed if not given.get(name)]:
            raise ImproperlyConfigured(f"Set {', '.join(missing)} too: uploads in S3 need it.")
        store.judge()
        return store

    def judge(self) -> None:
        """Raise ImproperlyConfigured."""
        if self.bucket == self.private_bucket:
            raise ImproperlyConfigured("S3_PRIVATE_BUCKET must not be S3_BUCKET: that one is open.")
        if self.endpoint_url and not self.endpoint_url.startswith(("https://", "http://")):
            raise ImproperlyConfigured("S3_ENDPOINT_URL must be like https://s3.shop.example.")

    def storages(self, media_url: str) -> dict[str, Any]:
        given = {
            "endpoint_url": self.endpoint_url,
            "region_name": self.region,
            "access_key": self.access_key,
            "secret_key": self.secret_key,
        }
        public = {"bucket_name": self.bucket, "base_url": media_url}
        return {
            "default": {"BACKEND": "uploads.bucket.Bucket", "OPTIONS": given | public},
            "private": {
                "BACKEND": "uploads.bucket.Bucket",
                "OPTIONS": given | {"bucket_name": self.private_bucket},
            },
        }


def folders(data_dir: Path) -> dict[str, Any]:
    """The public one is MEDIA_ROOT."""
    hidden = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    return {
        "default": {"BACKEND": "uploads.storage.Whole"},
        "private": {
            "BACKEND": "uploads.storage.Whole",
            "OPTIONS": {"location": data_dir / "private"} | hidden,
        },
    }
