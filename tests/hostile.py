"""Files that are no photographs, or more than one: what a gate for pictures has to refuse."""

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image, PngImagePlugin

import factories

PAGE = b"<!doctype html><script>alert('canary')</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def png_header(width: int, height: int) -> bytes:
    """The beginning of a picture far larger than its bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def gif_header(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00\x00\x00,\x00\x00\x00\x00;"


def archive() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("run.js", "alert('canary')")
    return file.getvalue()


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "green")]
    file = BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def noise(width: int, height: int) -> bytes:
    """A JPEG that does not get much smaller."""
    file = BytesIO()
    Image.effect_noise((width, height), 120).convert("RGB").save(file, "JPEG", quality=95)
    return file.getvalue()


def talkative() -> dict[str, tuple[str, bytes]]:
    """Photographs with words in them that nobody sees: a page, and where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = PAGE.decode()  # ImageDescription
    exif.get_ifd(0x8825).update({1: "N", 2: (25.0, 1.0, 58.0), 3: "E", 4: (121.0, 31.0, 44.0)})
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", PAGE.decode())
    save = {"exif": exif, "icc_profile": PAGE, "xmp": PAGE}
    return {
        "JPEG": ("cup.jpg", factories.photograph(60, 40, comment=PAGE, **save)),
        "PNG": ("cup.png", factories.photograph(60, 40, "PNG", pnginfo=notes, exif=exif)),
        "WEBP": ("cup.webp", factories.photograph(60, 40, "WEBP", **save)),
        "AVIF": ("cup.avif", factories.photograph(60, 40, "AVIF", exif=exif, xmp=PAGE)),
    }


JPEG, PNG = factories.photograph(80, 60), factories.photograph(80, 60, "PNG")
WEBP, AVIF = factories.photograph(80, 60, "WEBP"), factories.photograph(80, 60, "AVIF")

UNREADABLE = "We cannot read this picture."
BEHIND = "There is more than a picture in this file."
OTHERWISE = "but its name says otherwise."
LARGE = "This picture is too large."
MOVES = "This picture moves."
DAMAGED = "This picture is damaged or not complete."

# what → (name, content, how the answer begins)
REFUSED = {
    "an SVG": ("cup.svg", SVG, UNREADABLE),
    "an SVG that calls itself JPEG": ("cup.jpg", SVG, UNREADABLE),
    "a page": ("cup.jpg", PAGE, UNREADABLE),
    "a GIF": ("cup.gif", factories.photograph(kind="GIF"), UNREADABLE),
    "a GIF that is a script": ("cup.gif", b"GIF89a=1;alert(1)//" + b"\0" * 20, UNREADABLE),
    "a GIF that calls itself JPEG": ("cup.jpg", factories.photograph(kind="GIF"), UNREADABLE),
    "a BMP": ("cup.bmp", factories.photograph(kind="BMP"), UNREADABLE),
    "a TIFF": ("cup.tiff", factories.photograph(kind="TIFF"), UNREADABLE),
    "garbage": ("cup.jpg", b"\xff\xd8\xff" + b"\x00garbage" * 40, UNREADABLE),
    "a photograph behind an archive": ("cup.jpg", archive() + JPEG, UNREADABLE),
    "a photograph that calls itself a page": ("cup.html", JPEG, OTHERWISE),
    "a photograph that calls itself a PDF": ("cup.pdf", JPEG, OTHERWISE),
    "a photograph without an ending": ("cup", JPEG, OTHERWISE),
    "a photograph with two endings": ("cup.jpg.html", JPEG, OTHERWISE),
    "a PNG that calls itself JPEG": ("cup.jpg", PNG, OTHERWISE),
    "a JPEG that reads as one backwards": ("cup\u202egpj.exe", JPEG, OTHERWISE),
    "a page behind a JPEG": ("cup.jpg", JPEG + PAGE, BEHIND),
    "an archive behind a JPEG": ("cup.jpg", JPEG + archive(), BEHIND),
    "an archive behind padding": ("cup.jpg", JPEG + b"\0" * 64 + archive(), BEHIND),
    "a script behind a PNG": ("cup.png", PNG + b"alert(1)", BEHIND),
    "an archive behind a PNG": ("cup.png", PNG + archive(), BEHIND),
    "an archive behind a WebP": ("cup.webp", WEBP + archive(), BEHIND),
    "an archive behind an AVIF": ("cup.avif", AVIF + archive(), BEHIND),
    "a JPEG behind a PNG": ("cup.png", PNG + JPEG, BEHIND),
    "a PNG that moves": ("cup.png", moving("PNG"), MOVES),
    "a WebP that moves": ("cup.webp", moving("WEBP"), MOVES),
    "an AVIF that moves": ("cup.avif", moving("AVIF"), MOVES),
    "half a JPEG": ("cup.jpg", noise(80, 60)[:2000], UNREADABLE),
    "half a PNG": ("cup.png", PNG[:60], UNREADABLE),
    "a PNG without its picture": ("cup.png", png_header(80, 60), DAMAGED),
    "half a WebP": ("cup.webp", WEBP[:-60], UNREADABLE),
    "50,000 by 50,000 pixels": ("cup.png", png_header(50_000, 50_000), LARGE),
    "50,000 by 50,000 pixels of a GIF": ("cup.gif", gif_header(50_000, 50_000), UNREADABLE),
    "10,000 by 10,000 pixels": ("cup.png", png_header(10_000, 10_000), LARGE),
    "one row over the limit": ("cup.png", png_header(8_000, 5_001), LARGE),
    "a thread of pixels": ("cup.png", png_header(1, 16_001), LARGE),
    "nothing": ("cup.jpg", b"", "This file is empty."),
}
