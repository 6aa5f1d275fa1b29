"""The gate for pictures: what is refused in which words, and what is left of what is let in."""

import tracemalloc
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFile

import factories
import hostile
from uploads.anew import made_anew
from uploads.forms import PhotographField
from uploads.photograph import ACCEPTED, MAX_PIXELS, validate_photograph

pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
NAMES = {"JPEG": "a.jpg", "PNG": "a.png", "WEBP": "a.webp", "AVIF": "a.avif"}


def take(name, content, **more):
    return PhotographField(**more).clean(SimpleUploadedFile(name, content))


@pytest.mark.parametrize("what", hostile.REFUSED)
def test_what_is_no_photograph_is_refused_in_words(what):
    name, content, words = hostile.REFUSED[what]
    with pytest.raises(ValidationError) as refused:
        take(name, content)
    assert words in " ".join(refused.value.messages)


def test_a_file_over_the_limit_is_refused_though_it_is_a_photograph(settings):
    content = factories.photograph()
    settings.UPLOAD_MAX_BYTES = len(content)
    take("a.jpg", content)
    settings.UPLOAD_MAX_BYTES = len(content) - 1
    with pytest.raises(ValidationError, match="too large"):
        take("a.jpg", content)


@pytest.mark.parametrize(
    ("name", "kind"),
    [*((name, kind) for kind, name in NAMES.items()), ("a.JPEG", "JPEG"), ("a.jfif", "JPEG")],
)
def test_a_photograph_is_let_in_and_left_at_its_beginning(name, kind):
    content = factories.photograph(64, 48, kind)
    file = SimpleUploadedFile(name, content)
    validate_photograph(file)
    assert file.read() == content
    taken = take(name, content)
    assert (taken.name, taken.size) == (name, len(taken.read()))
    taken.seek(0)
    with Image.open(taken) as image:
        assert (image.format, image.size) == (kind, (64, 48))


def test_the_limit_itself_is_let_in_by_the_header_alone():
    """The picture it announces would take 120 MB."""
    tracemalloc.start()
    content = hostile.png_header(8_000, MAX_PIXELS // 8_000)
    validate_photograph(SimpleUploadedFile("a.png", content))
    with pytest.raises(ValidationError):
        validate_photograph(SimpleUploadedFile("a.png", hostile.png_header(50_000, 50_000)))
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("kind", ACCEPTED)
def test_nothing_is_left_of_what_is_not_seen(kind):
    name, content = hostile.talkative()[kind]
    assert b"canary" in content
    kept = take(name, content).read()
    assert b"canary" not in kept and b"<script" not in kept
    with Image.open(BytesIO(kept)) as image:
        assert not dict(image.getexif())
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"} | {
            "background", "loop", "timestamp", "duration",
        }  # fmt: skip


def several_in_one():
    """What many phones write: a photograph, and a picture of its depth behind it."""
    file, depth = BytesIO(), Image.new("RGB", (20, 15))
    Image.new("RGB", (80, 60)).save(file, "MPO", save_all=True, append_images=[depth])
    return file.getvalue()


CAMERAS = {
    "depth": several_in_one(),
    "padding": hostile.JPEG + b"\0" * 4096,
    "a second JPEG": hostile.JPEG + hostile.JPEG,
    "a short film": hostile.JPEG + b"\0\0\0\x18ftypmp42" + b"\0" * 40 + b"film canary",
    "Samsung's notes": hostile.JPEG + b"\0\0\x01\x0aMotionPhoto_Data canary" + b"SEFT",
}


@pytest.mark.parametrize("what", CAMERAS)
def test_what_cameras_put_behind_their_pictures_is_let_in_and_left_out(what):
    kept = take("a.jpg", CAMERAS[what]).read()
    assert b"canary" not in kept
    assert kept.count(b"\xff\xd8\xff") == 1


def test_a_progressive_jpeg_with_a_small_picture_inside_ends_where_it_ends():
    exif = Image.Exif()
    exif[0x010E] = "x"
    thumbnail = b"\xff\xd8\xff\xd9"
    content = factories.photograph(300, 200, progressive=True, exif=exif, comment=thumbnail)
    take("a.jpg", content)
    with pytest.raises(ValidationError):
        take("a.jpg", content + b"PK")


@pytest.mark.parametrize("content", [b"\xff" * 3_000_000 + b"\0", b"\xff\xd0" * 1_500_000])
def test_the_search_for_the_end_takes_no_longer_for_a_file_that_wants_it_to(content):
    """A second is far more than it takes, and far less than looking at every pair of bytes."""
    from time import process_time

    from uploads import ends

    began = process_time()
    with pytest.raises(ends.Broken):
        ends.rest("JPEG", hostile.JPEG[:-2] + content)
    assert process_time() - began < 1


def test_a_picture_that_is_large_for_its_bytes_is_made_small_with_what_it_takes():
    """Six megapixels in six kilobytes: within the limits, so it is let in."""
    rows = zlib.compress(b"\0" * (3000 * 3 + 1) * 2000, 9)
    head = hostile.chunk(b"IHDR", b"\0\0\x0b\xb8\0\0\x07\xd0\x08\x02\0\0\0")
    content = b"\x89PNG\r\n\x1a\n" + head + hostile.chunk(b"IDAT", rows)
    content += hostile.chunk(b"IEND", b"")
    assert len(content) < 30_000
    with Image.open(BytesIO(made_anew(content, "JPEG", 600))) as small:
        assert (small.format, small.size) == ("JPEG", (600, 400))


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("L", "JPEG"), ("CMYK", "JPEG"), ("P", "PNG"), ("LA", "PNG"), ("1", "PNG"), ("RGBA", "WEBP")],
)
def test_every_way_to_hold_colours_is_understood(mode, kind):
    file = BytesIO()
    Image.new(mode, (30, 20)).save(file, kind)
    with Image.open(BytesIO(made_anew(file.getvalue()))) as kept:
        assert kept.size == (30, 20)
    with Image.open(BytesIO(made_anew(file.getvalue(), "JPEG"))) as jpeg:
        assert jpeg.mode == "RGB"


def test_what_is_seen_through_stays_so_or_lies_on_white():
    file = BytesIO()
    Image.new("RGBA", (30, 20), (200, 0, 0, 0)).save(file, "PNG")
    with Image.open(BytesIO(made_anew(file.getvalue()))) as png:
        assert png.getpixel((5, 5))[3] == 0
    with Image.open(BytesIO(made_anew(file.getvalue(), "JPEG"))) as jpeg:
        assert min(jpeg.getpixel((5, 5))) > 250


def test_a_photograph_taken_upright_is_kept_upright():
    lying, turned = Image.new("RGB", (80, 40), "white"), Image.Exif()
    lying.paste("red", (0, 0, 20, 40))
    turned[0x0112] = 6
    file = BytesIO()
    lying.save(file, "JPEG", exif=turned, quality=95)
    with Image.open(BytesIO(take("a.jpg", file.getvalue()).read())) as kept:
        assert kept.size == (40, 80)
        assert kept.getpixel((20, 5))[1] < 100 < kept.getpixel((20, 75))[1]


def test_what_is_not_complete_is_refused_though_pdfs_are_made_in_the_same_process(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint leaves it
    with pytest.raises(ValidationError):
        made_anew(hostile.png_header(80, 60))
