"""A browser as cheap as can be: one kept connection over TLS, cookies, and what it was answered.

It shares the machine with what it asks, so it parses no more than it needs.
"""

import asyncio
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode, urlsplit

PATIENCE = 60  # seconds
IDLE = 20  # seconds; Nginx closes a connection after 30
FINE = {200, 303, 302, 307, 304}


@dataclass(slots=True)
class Asked:
    """One request: when, on time.monotonic's clock, and how it went; status 0 is no answer."""

    kind: str
    method: str
    path: str
    began: float
    ended: float
    status: int

    @property
    def failed(self) -> bool:
        return self.status not in FINE

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def leads_to(self) -> str:
        return self.headers.get("location", "")


class Failed(Exception):
    """What was asked was not answered as it should; the rest of the visit comes to nothing."""


def address(numbers: Iterator[int] = count()) -> str:  # noqa: B008 one count for all
    """One for each visitor: Nginx limits what one address may do."""
    n = next(numbers)
    return f"127.{1 + n // 62_500 % 250}.{1 + n // 250 % 250}.{1 + n % 250}"


@dataclass
class Browser:
    url: str
    address: str
    trusted: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    last: float = 0

    async def ask(
        self,
        kind: str,
        path: str,
        fields: Mapping[str, object] | None = None,
        *,
        since: float | None = None,
        **headers: str,
    ) -> Answer:
        """GET, or POST fields. Raise Failed; `asked` says of what, and how long it took."""
        method = "GET" if fields is None else "POST"
        asked = Asked(kind, method, path, since or time.monotonic(), 0, 0)
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._exchange(method, path, fields, headers)
            asked.status = answer.status
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            self.close()
            raise Failed(repr(error)) from error
        finally:
            asked.ended = time.monotonic()
            self.asked.append(asked)
        if asked.failed:
            raise Failed(f"{method} {path}: {answer.status}")
        return answer

    def close(self) -> None:
        if self.connection:
            self.connection[1].close()
        self.connection = None

    async def _exchange(
        self, method: str, path: str, fields: Mapping[str, object] | None, headers: dict[str, str]
    ) -> Answer:
        reader, writer = await self._connected()
        body = b"" if fields is None else urlencode(fields).encode()
        writer.write(self._head(method, path, headers, len(body)).encode() + body)
        answer = await _answer(reader)
        self.last = time.monotonic()
        for line in filter(None, answer.headers.get("set-cookie", "").split("\n")):
            self.keep(line)
        if answer.headers.get("connection") == "close":
            self.close()
        return answer

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.connection:
            old = self.connection[0].at_eof() or time.monotonic() - self.last > IDLE
            if not old:
                return self.connection
            self.close()
        parts = urlsplit(self.url)
        local = (self.address, 0)
        self.connection = await asyncio.open_connection(
            parts.hostname, parts.port, ssl=self.trusted, local_addr=local
        )
        return self.connection

    def _head(self, method: str, path: str, headers: dict[str, str], length: int) -> str:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {urlsplit(self.url).netloc}"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(map("=".join, self.cookies.items())))
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded"]
            lines += [f"Content-Length: {length}", "Sec-Fetch-Site: same-origin"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join(lines) + "\r\n\r\n"

    def keep(self, line: str) -> None:
        """A cookie as the server sets it; an empty one is taken away."""
        name, _, value = line.partition(";")[0].partition("=")
        if value.strip('"'):
            self.cookies[name] = value
        else:
            self.cookies.pop(name, None)


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in head[1:-2]:
        name, _, value = line.partition(": ")
        name = name.lower()
        # Cookies are several; a line break parts them.
        headers[name] = f"{headers[name]}\n{value}" if name in headers else value
    return Answer(int(head[0].split()[1]), headers, await _body(reader, headers))


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return body
