"""The shop's mails: addresses in their headers stay whole, and they are written quickly.

Python encodes a word that is longer than a line, and mail programs do not look for an address to
leave a list (RFC 2369) in an encoded word. And it parses each header anew for each mail, though of
thousands of letters only four differ.
"""

import base64
import binascii
import email.policy
import re
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate
from functools import lru_cache
from typing import Any, cast

from django.core.mail import EmailMultiAlternatives


class Whole(UnstructuredHeader):
    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


HEADERS = HeaderRegistry()
HEADERS.map_to_type("List-Unsubscribe", cast(Any, Whole))
SMTP = email.policy.SMTP.clone(header_factory=HEADERS)
HEAD = 'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
PLAIN = re.compile(r"(?!\.)(?!.*\.[.@])[\w.+-]{1,64}@[\w.-]{1,180}\w", re.ASCII)
ONE_WORD = re.compile(r"<[!-;=?-~]{1,900}>")  # an id, or an address: neither encoded nor folded
BOUNDARY = "=_the-next-part-of-this-mail_="  # no line of encoded text can be like it


class Mail(EmailMultiAlternatives):
    def message(self, *, policy: Any = email.policy.default) -> EmailMessage:
        return super().message(policy=policy.clone(header_factory=HEADERS))

    def as_bytes(self) -> bytes:
        """What `message` would come to, of a text and its HTML. Raises ValueError as that does."""
        headers = {
            "Subject": str(self.subject),
            "From": str(self.from_email),
            "To": ", ".join(self.to),
            "Date": formatdate(),
            **self.extra_headers,
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/alternative; boundary="{BOUNDARY}"',
        }
        head = b"".join(_header(name, value) for name, value in headers.items())
        between = f"\r\n--{BOUNDARY}\r\n".encode()
        body = b"".join(between + part for part in self.parts())
        return head + body + f"\r\n--{BOUNDARY}--\r\n".encode()

    def parts(self) -> list[bytes]:
        """Its text and its HTML, each in whichever of the two encodings is shorter."""
        texts = [(self.body, "plain"), *((each[0], "html") for each in self.alternatives)]
        return [_part(str(text), kind) for text, kind in texts]


def is_plain(address: str) -> bool:
    """Whether it stands in a mail as it is. Parsing an address takes longer than sending to it."""
    return PLAIN.fullmatch(address) is not None


def part(kind: str, encoding: str, content: bytes) -> bytes:
    return HEAD.format(kind=kind, encoding=encoding).encode() + content


def _header(name: str, value: str) -> bytes:
    if ONE_WORD.fullmatch(value) or (name == "To" and is_plain(value)):
        return f"{name}: {value}\r\n".encode()
    return _parsed(name, value)


@lru_cache(maxsize=1000)
def _parsed(name: str, value: str) -> bytes:
    made: Any = SMTP.header_store_parse(name, value)[1]  # which refuses line breaks
    return cast(bytes, made.fold(policy=SMTP).encode("ascii"))


def _part(text: str, kind: str) -> bytes:
    content = "\r\n".join(text.splitlines()).encode() + b"\r\n"
    ways = {
        "quoted-printable": binascii.b2a_qp(content, istext=True),
        "base64": base64.encodebytes(content).replace(b"\n", b"\r\n"),
    }
    way = min(ways, key=lambda each: len(ways[each]))
    return part(kind, way, ways[way])
