"""The shop's end of a provider's notices: keeps each as it came, headers and bytes."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from paypal_client import PayPal


@dataclass
class Receiver:
    """Only what is asked for is delivered, so that a test decides what comes when."""

    paypal: PayPal
    url: str = ""
    came: queue.Queue[tuple[Any, bytes]] = field(default_factory=queue.Queue)

    def begin(self) -> None:
        self.paypal.deliver_to(self.url)
        self.paypal.fault("webhook", "lose", times=0)

    def notice(self, event_id: str, *, forge: bool = False) -> tuple[Any, bytes]:
        """The headers and the body with which PayPal tells of an event."""
        self.paypal.resend(event_id=event_id, forge=forge)
        while True:
            headers, body = self.came.get(timeout=20)
            if json.loads(body)["id"] == event_id:
                return headers, body


@contextmanager
def receiving(paypal: PayPal) -> Iterator[Receiver]:
    receiver = Receiver(paypal)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.came.put((self.headers, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield receiver
        server.shutdown()
