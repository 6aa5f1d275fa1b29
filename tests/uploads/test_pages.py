"""Uploads by the real pages: refused in words, and nothing left behind, on a full disk neither."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings as conf
from django.core.files.storage import storages

import hostile
from catalog.models import Picture, Product
from contact.models import Message, Thread
from dom import form, parse
from outbox.models import Message as Mail
from uploading import told, upload
from uploads.storage import Whole
from writing import FIELDS, Writer, kept_files, picture

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.whole,
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
]


@pytest.mark.parametrize("what", hostile.REFUSED)
def test_an_editor_is_told_what_is_wrong_and_nothing_is_kept(editor, what):
    before = kept_files()
    name, content, words = hostile.REFUSED[what]
    file = picture(name, content or b" ")
    if not content:
        file.file.truncate(0)
        file.size = 0
    answer = upload(editor, file)
    assert answer.status_code == 200
    assert words in told(answer)
    assert not Picture.objects.exists()
    assert kept_files() == before


def test_a_file_of_too_many_bytes_is_told_with_the_limit(editor):
    before = kept_files()
    answer = upload(editor, picture(content=b"\xff\xd8\xff" + b"x" * 10_000_000))
    assert "This file is too large. Use at most 10 MB." in told(answer)
    assert kept_files() == before and not Picture.objects.exists()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_an_editors_photograph_is_kept_without_what_is_not_seen(editor, kind):
    before = kept_files()
    name, content = hostile.talkative()[kind]
    assert "was added" in told(upload(editor, picture(f"../../{name}", content)))
    [path] = kept_files() - before
    assert Path(path).parent == Path(conf.MEDIA_ROOT) / "pictures"
    assert b"canary" not in Path(path).read_bytes()
    assert Picture.objects.get().width == 60
    Path(path).unlink()


def test_a_name_that_is_too_long_is_told(editor):
    answer = upload(editor, picture("x" * 200 + ".jpg"))
    assert "at most 100 characters" in told(answer)
    assert not Picture.objects.exists()


@pytest.mark.parametrize("name", ["x\u202egpj.jpg", "杯子.jpg", "a b;c.jpg", "..jpg.jpg"])
def test_a_strange_name_is_kept_within_its_folder(editor, name):
    before = kept_files()
    upload(editor, picture(name))
    [path] = kept_files() - before
    assert Path(path).parent == Path(conf.MEDIA_ROOT) / "pictures"
    assert "\u202e" not in path and " " not in path
    Path(path).unlink()


@pytest.fixture
def full_disk(tmp_path, monkeypatch):
    """Both folders of files on a disk of 64 KB."""
    mounted = tmp_path / "small"
    mounted.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mounted)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk; test_storage.py has a limit of the system")
    for name in ("default", "private"):
        monkeypatch.setitem(storages._storages, name, Whole(location=mounted / name))
    for model, field in ((Picture, "image"), (Message, "picture")):
        storage = storages["default" if model is Picture else "private"]
        monkeypatch.setattr(model._meta.get_field(field), "storage", storage)
    yield mounted
    subprocess.run(["umount", str(mounted)], check=True)


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_on_a_full_disk_a_message_is_told_so_and_goes_without_its_picture(client, full_disk):
    writer = Writer(client)
    answer = writer.send(picture=picture(content=hostile.noise(800, 600)))
    assert answer.status_code == 422
    page = parse(answer.text)
    [link] = page.xpath("//*[@role='alert']//a")
    assert link.get("href") == "#id_picture"
    assert "We cannot take a picture at the moment." in link.text
    assert page.get_element_by_id("id_message").text.strip() == FIELDS["message"]
    assert not Thread.objects.exists() and not Mail.objects.exists()
    assert files(full_disk) == []
    again = form(page, "/contact/").fields
    assert writer.post({**again, "picture": None}).status_code == 303
    assert Thread.objects.get().first.picture.name == ""


def test_on_a_full_disk_an_editor_is_told_so_and_nothing_is_saved(editor, full_disk):
    answer = upload(editor, picture(content=hostile.noise(800, 600)))
    assert answer.redirect_chain
    assert "The file cannot be stored now. Nothing was saved" in told(answer)
    assert not Picture.objects.exists()
    assert files(full_disk) == []
    assert "was added" in told(upload(editor, picture()))
    assert len(files(full_disk)) == 1


def test_of_two_pictures_the_first_goes_if_the_second_finds_no_room(editor, full_disk):
    two = [picture(), picture("large.jpg", hostile.noise(800, 600))]
    answer = upload(editor, *two, address="/admin/catalog/product/add/")
    assert "The file cannot be stored now. Nothing was saved" in told(answer)
    assert not Product.objects.exists() and not Picture.objects.exists()
    assert files(full_disk) == []
