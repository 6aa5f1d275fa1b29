"""An address that listens, in place of a shop's webhook."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Listener:
    url: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)  # headers, body, event
    statuses: list[int] = field(default_factory=list)  # of the next answers; then 200

    parse: bool = True

    def hear(self, headers: dict[str, str], body: bytes) -> int:
        event = json.loads(body) if self.parse else None
        self.received.append({"headers": headers, "body": body, "event": event})
        return self.statuses.pop(0) if self.statuses else 200

    def types(self) -> list[str]:
        return [one["event"]["event_type"] for one in self.received]

    def wait_for(self, count: int, seconds: float = 10) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.received) >= count, seconds)
        return self.received


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


@contextmanager
def listening(parse: bool = True) -> Iterator[Listener]:
    listener = Listener(parse=parse)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            names = {name.upper(): value for name, value in self.headers.items()}
            self.send_response(listener.hear(names, body))
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.url = f"http://127.0.0.1:{server.server_port}/webhooks/paypal/"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield listener
        server.shutdown()
