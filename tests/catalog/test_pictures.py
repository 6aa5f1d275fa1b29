"""The renditions of photographs that pages show."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image

import factories
from catalog import tasks


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
