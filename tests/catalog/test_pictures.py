"""Photographs: what is let in, and the renditions that pages show."""

import re
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

import factories
from catalog import tasks
from catalog.models.picture import MAX_PIXELS, validate_photograph


def png_header(width, height):
    """The beginning of a picture far larger than its bytes."""

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED = {
    "an SVG": ("cup.svg", SVG),
    "an SVG that calls itself JPEG": ("cup.jpg", SVG),
    "a page": ("cup.jpg", b"<!doctype html><script>alert(1)</script>"),
    "a GIF": ("cup.gif", factories.photograph(kind="GIF")),
    "a script that is also a GIF": ("cup.jpg", b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)"),
    "a photograph that calls itself a page": ("cup.html", factories.photograph()),
    "a photograph that calls itself an SVG": ("cup.svg", factories.photograph()),
    "a photograph that calls itself a PDF": ("cup.pdf", factories.photograph()),
    "a BMP": ("cup.bmp", factories.photograph(kind="BMP")),
    "a TIFF": ("cup.tiff", factories.photograph(kind="TIFF")),
    "nothing": ("cup.jpg", b""),
    "garbage": ("cup.jpg", b"\xff\xd8\xff" + b"\x00garbage" * 40),
    "50,000 by 50,000 pixels": ("cup.png", png_header(50_000, 50_000)),
    "10,000 by 10,000 pixels": ("cup.png", png_header(10_000, 10_000)),
    "one row over the limit": ("cup.png", png_header(8_000, MAX_PIXELS // 8_000 + 1)),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("what", REFUSED)
def test_no_photograph_is_refused(what):
    name, content = REFUSED[what]
    with pytest.raises(ValidationError):
        validate_photograph(SimpleUploadedFile(name, content))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jpg", "JPEG"),
        ("a.JPEG", "JPEG"),
        ("a.png", "PNG"),
        ("a.webp", "WEBP"),
        ("a.avif", "AVIF"),
    ],
)
def test_a_photograph_is_let_in_and_left_at_its_beginning(name, kind):
    content = factories.photograph(64, 48, kind)
    file = SimpleUploadedFile(name, content)
    validate_photograph(file)
    assert file.read() == content


def test_the_limit_itself_is_let_in_by_the_header_alone():
    validate_photograph(SimpleUploadedFile("a.png", png_header(8_000, MAX_PIXELS // 8_000)))


@pytest.fixture
def picture(db):
    return factories.picture(content=factories.photograph(1000, 500))


def stored(picture):
    stem = Path(picture.image.name).stem
    _folders, files = default_storage.listdir("renditions")
    return sorted(name for name in files if name.startswith(f"{stem}-"))


def test_renditions_are_made_in_each_format_and_no_wider_than_the_source(picture):
    picture.render()
    assert re.fullmatch(r"[0-9a-f]{16}", picture.digest)
    stem = f"{Path(picture.image.name).stem}-{picture.digest}"
    widths = (320, 640, 960)
    expected = [f"{stem}-{width}.{kind}" for width in widths for kind in ("avif", "webp")]
    assert stored(picture) == sorted(expected)
    for width in widths:
        for kind in ("avif", "webp"):
            with default_storage.open(f"renditions/{stem}-{width}.{kind}") as file:
                image = Image.open(BytesIO(file.read()))
            assert (image.format.lower(), image.size) == (kind, (width, width // 2))
    assert picture.webp.count(" 320w") == picture.webp.count(" 960w") == 1
    assert picture.plain.endswith("-640.webp")


def test_a_small_photograph_is_not_blown_up(db):
    small = factories.picture(content=factories.photograph(200, 100))
    small.render()
    assert len(stored(small)) == 2
    assert small.webp.endswith("-200.webp 200w")


def test_rendering_again_makes_nothing_anew(picture):
    picture.render()
    folder = Path(settings.MEDIA_ROOT) / "renditions"
    before = {name: (folder / name).stat().st_mtime_ns for name in stored(picture)}
    picture.render()
    assert {name: (folder / name).stat().st_mtime_ns for name in stored(picture)} == before


def test_only_what_is_missing_is_made(picture):
    picture.render()
    names = stored(picture)
    default_storage.delete(f"renditions/{names[0]}")
    picture.render()
    assert stored(picture) == names


def test_another_photograph_under_the_same_name_gets_another_address(picture):
    picture.render()
    before = picture.webp
    Path(picture.image.path).write_bytes(factories.photograph(1000, 500, quality=20))
    picture.render()
    assert picture.webp != before


def test_until_renditions_are_made_the_original_is_shown(picture, client):
    variant = factories.variant()
    picture.product = variant.product
    picture.save()
    page = client.get(variant.get_absolute_url()).text
    assert "<source" not in page
    assert f'<img src="{picture.image.url}"' in page
    tasks.render.run(picture.pk)
    page = client.get(variant.get_absolute_url()).text
    assert page.count('<source type="image/avif"') == 1
    assert f'<img src="{picture.image.url}"' not in page


def test_the_task_of_a_picture_that_has_gone_does_nothing(picture):
    gone = picture.pk
    picture.delete()
    tasks.render.run(gone)


def test_a_photograph_taken_upright_is_shown_upright(db):
    """Cameras store it lying, with a note that says how to turn it."""
    lying = Image.new("RGB", (80, 40), "white")
    lying.paste("red", (0, 0, 20, 40))
    turned = Image.Exif()
    turned[0x0112] = 6  # turn right: what lies left comes to the top
    file = BytesIO()
    lying.save(file, "JPEG", exif=turned, quality=95)
    picture = factories.picture(content=file.getvalue())
    picture.render()
    with default_storage.open(f"renditions/{stored(picture)[-1]}") as shown:
        image = Image.open(BytesIO(shown.read()))
        assert image.width < image.height
        top = image.getpixel((image.width // 2, 3))
        bottom = image.getpixel((image.width // 2, image.height - 4))
    assert (picture.width, picture.height) == image.size
    assert top[1] < 100 < bottom[1]
