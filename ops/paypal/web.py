"""A request, its answer, and the socket between."""

import json
import re
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from errors import Answer, Refused, error, refused

MOST = 4_000_000  # bytes of a body


class Dropped(Exception):
    """The connection ends without an answer."""


@dataclass
class Request:
    method: str
    target: str
    headers: Any
    body: bytes
    parts: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return _first(urlsplit(self.target).query)

    @cached_property
    def json(self) -> Any:
        """An empty body is an empty object."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError:
            raise refused(400, "MALFORMED_REQUEST_JSON") from None

    @property
    def fields(self) -> dict[str, str]:
        """What a form or JSON says, whichever came."""
        if self.is_form:
            return _first(self.body.decode(errors="replace"))
        if not isinstance(self.json, dict):
            raise refused(400, "MALFORMED_REQUEST_JSON")
        return self.json

    @property
    def is_form(self) -> bool:
        return "form" in self.headers.get("Content-Type", "")


def _first(encoded: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(encoded).items()}


Handler = Callable[[Request], Answer]


@dataclass
class Route:
    method: str
    pattern: str
    handler: Handler

    def match(self, request: Request) -> bool:
        found = re.fullmatch(self.pattern, request.path)
        if found:
            request.parts = found.groups()
        return bool(found)


def route(routes: list[Route], request: Request) -> Answer:
    there = [one for one in routes if one.match(request)]
    for one in there:
        if one.method == request.method and one.match(request):
            return one.handler(request)
    return error(405) if there else error(404)


class Server(ThreadingHTTPServer):
    """A thread for each connection, so that slow ones stand in nobody's way."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, address: tuple[str, int], routes: list[Route]) -> None:
        self.routes = routes
        super().__init__(address, Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "PayPalSimulator"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 300
    server: Server

    def _serve(self) -> None:
        try:
            self._send(self._answer())
        except Dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self) -> Answer:
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > MOST:
            self.close_connection = True
            return error(400)
        body = self.rfile.read(int(length))
        try:
            return route(self.server.routes, Request(self.command, self.path, self.headers, body))
        except Refused as refusal:
            return refusal.answer
        except (Dropped, OSError):
            raise
        except Exception:
            traceback.print_exc()
            return error(500)

    def _send(self, answer: Answer) -> None:
        body = answer.page if answer.page is not None else b""
        if answer.body is not None:
            body = json.dumps(answer.body, ensure_ascii=False).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_DELETE = do_PATCH = do_PUT = _serve  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """The ledger tells what was asked."""
