"""Where a picture ends in its file, and whether what comes behind belongs to it.

Files that are two things at once (a photograph in front, an archive or a page behind) are found
here, by structure alone: nothing is decoded.
"""

import re
from collections.abc import Callable, Iterator

# A JPEG marker that has a length, or EOI. FF 00 is a byte of the picture; the others stand alone.
SEGMENT = re.compile(rb"\xff([^\xff\x00\x01\xd0-\xd8])")
EOI = 0xD9
BOXES = {b"ftyp", b"meta", b"mdat", b"free", b"skip", b"moov", b"moof", b"mfra"}  # of AVIF


class Broken(Exception):
    """The file is not built as its kind is."""


def rest(kind: str, content: bytes) -> bytes:
    """What stands behind the picture. Raises Broken."""
    try:
        return content[END[kind](content) :]
    except (IndexError, ValueError) as error:
        raise Broken from error


def is_foreign(kind: str, behind: bytes) -> bool:
    """Whether what stands behind a picture is anything but padding or a camera's own addition."""
    behind = behind.rstrip(b"\0")
    return bool(behind) and not (kind == "JPEG" and _of_a_camera(behind.lstrip(b"\0")))


def _of_a_camera(behind: bytes) -> bool:
    """A second picture (depth, brightness), a short film, or Samsung's own notes."""
    return behind[:3] == b"\xff\xd8\xff" or b"ftyp" in behind[:8] or behind[-4:] == b"SEFT"


def _of_jpeg(content: bytes) -> int:
    at = 2
    while found := SEGMENT.search(content, at):
        marker, at = found[1][0], found.end()
        if marker == EOI:
            return at
        at += _number(content, at, 2)  # behind SOS comes the picture, up to the next marker
    raise Broken


def _of_png(content: bytes) -> int:
    at = 8
    while content[at + 4 : at + 8] != b"IEND":
        at += 12 + _number(content, at, 4)
    return at + 12


def _of_webp(content: bytes) -> int:
    size = int.from_bytes(content[4:8], "little")
    return 8 + size + size % 2


def _of_avif(content: bytes) -> int:
    return max(_boxes(content))


def _boxes(content: bytes) -> Iterator[int]:
    """The end of each box, up to the first that is none."""
    at = 0
    while content[at + 4 : at + 8] in BOXES:
        size = _number(content, at, 4)
        if size == 1:  # too long for four bytes
            size = _number(content, at + 8, 8)
        if size == 0:  # up to the end of the file
            size = len(content) - at
        if size < 8:
            raise Broken
        at += size
        yield at


def _number(content: bytes, at: int, length: int) -> int:
    """Raises Broken beyond the end."""
    found = content[at : at + length]
    if len(found) < length:
        raise Broken
    return int.from_bytes(found)


END: dict[str, Callable[[bytes], int]] = {
    "JPEG": _of_jpeg,
    "PNG": _of_png,
    "WEBP": _of_webp,
    "AVIF": _of_avif,
}
