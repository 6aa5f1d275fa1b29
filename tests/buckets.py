"""An object store that speaks S3, a process of its own, with one bucket that is open to all."""

import json
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import httpx

import services

KEYS = {"S3_ACCESS_KEY_ID": "the-shop", "S3_SECRET_ACCESS_KEY": "its secret"}
REGION = "eu-west-2"
anybody = httpx.Client(verify=False)  # nothing here is encrypted, and certificates take time


@dataclass
class Buckets:
    url: str
    process: subprocess.Popen
    public: str = ""
    private: str = ""

    @cached_property
    def client(self) -> Any:
        session = boto3.Session(*KEYS.values(), region_name=REGION)
        return session.client("s3", endpoint_url=self.url)

    def make(self) -> None:
        """Two new buckets, of which the first is open: a policy lets everybody read."""
        name = secrets.token_hex(4)
        self.public, self.private = f"{name}-public", f"{name}-private"
        for bucket in (self.public, self.private):
            where = {"LocationConstraint": REGION}
            self.client.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
        statement |= {"Resource": f"arn:aws:s3:::{self.public}/*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client.put_bucket_policy(Bucket=self.public, Policy=policy)

    @property
    def env(self) -> dict[str, str]:
        """What an operator sets."""
        buckets = {"S3_BUCKET": self.public, "S3_PRIVATE_BUCKET": self.private}
        where = {"S3_ENDPOINT_URL": self.url, "S3_REGION": REGION, "MEDIA_URL": self.media_url}
        return KEYS | buckets | where

    @property
    def media_url(self) -> str:
        return f"{self.url}/{self.public}/"

    def names(self, bucket: str) -> list[str]:
        found = self.client.list_objects_v2(Bucket=bucket).get("Contents", [])
        return [each["Key"] for each in found]

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections and answers none."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@contextmanager
def buckets(folder: Path) -> Iterator[Buckets]:
    port = services.free_port()
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    ready = lambda: services.listens(port)  # noqa: E731
    with services.running(command, ready=ready, log=folder / "s3.log") as process:
        yield Buckets(f"http://127.0.0.1:{port}", process)


@contextmanager
def lossy(url: str, passed: int, lost: int) -> Iterator[str]:
    """A way to the store on which, after `passed` uploads, the answers to `lost` are lost."""
    left = [True] * passed + [False] * lost

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # by which nobody waits for "100 Continue"

        def _relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            address = f"{url}{self.path}"
            got = anybody.request(self.command, address, headers=dict(self.headers), content=body)
            if self.command == "PUT" and left and not left.pop(0):
                self.close_connection = True
                return
            self.send_response(got.status_code)
            for name, value in got.headers.items():
                if name not in {"connection", "date", "server"}:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else got.content)

        do_GET = do_HEAD = do_PUT = do_DELETE = _relay

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
