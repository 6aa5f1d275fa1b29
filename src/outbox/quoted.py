"""Text in quoted-printable (RFC 2045), of which what all readers get is encoded once."""

import binascii
import re
from collections.abc import Collection, Mapping

BREAK = b"=\r\n"  # a line of the mail ends here, and none of the text


def quoted(text: str) -> bytes:
    return binascii.b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")


class Quoted:
    """With marks in it, in whose place each reader's own words come."""

    def __init__(self, text: str, marks: Collection[str]) -> None:
        lines = "\n".join(text.splitlines()) + "\n"
        pieces = re.split("(" + "|".join(map(re.escape, marks)) + ")", lines)
        self.pieces = [each if each in marks else quoted(each) for each in pieces]

    def filled(self, own: Mapping[str, bytes]) -> bytes:
        """By mark, what is there instead, quoted as well."""
        return BREAK.join(own[each] if isinstance(each, str) else each for each in self.pieces)
