"""How files of posts come in: in memory, within limits, with the rest of the form kept."""

import tempfile
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory


def posted(**fields) -> HttpRequest:
    return RequestFactory().post("/", fields)


@pytest.fixture
def limits(settings):
    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_BYTES_AT_ONCE = 1_000, 1_500
    return settings


def file(size, name="cup.jpg"):
    return SimpleUploadedFile(name, b"x" * size)


def test_a_file_within_the_limits_is_there(limits):
    request = posted(words="hello", picture=file(1_000))
    assert request.POST["words"] == "hello"
    taken = request.FILES["picture"]
    assert (taken.name, taken.size, taken.read()) == ("cup.jpg", 1_000, b"x" * 1_000)


@pytest.mark.parametrize("size", [1_001, 3_000_000])
def test_one_that_is_too_large_is_forgotten_and_the_form_is_not(limits, size):
    request = posted(picture=file(size), words="hello")
    assert request.POST["words"] == "hello"
    assert request.FILES["picture"].size == size
    assert request.FILES["picture"].read() == b""


def test_all_files_of_a_post_have_a_limit_together(limits):
    request = posted(a=file(700), b=file(700), c=file(700))
    sizes = {name: (each.size, len(each.read())) for name, each in request.FILES.items()}
    assert sizes == {"a": (700, 700), "b": (700, 700), "c": (1_001, 0)}


def test_no_file_of_a_post_comes_to_the_disk(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    request = posted(picture=file(9_000_000))
    assert request.FILES["picture"].size == 9_000_000
    assert isinstance(request.FILES["picture"].file, BytesIO)
    assert list(Path(tmp_path).iterdir()) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("/etc/cup.jpg", "cup.jpg"),
        ("C:\\Windows\\cup.jpg", "cup.jpg"),
        ("cup.php\x00.jpg", "cup.php.jpg"),
        ("cup\u202egpj.jpg", "cupgpj.jpg"),
    ],
)
def test_of_a_name_its_last_part_is_kept_and_what_can_be_seen_of_it(name, kept):
    body = (
        b"--b\r\nContent-Disposition: form-data; name=\"picture\"; "
        b"filename=\"" + name.encode().replace(b"\\", b"\\\\") + b"\"\r\n"
        b"Content-Type: image/jpeg\r\n\r\nx\r\n--b--\r\n"
    )  # fmt: skip
    request = RequestFactory().generic("POST", "/", body, "multipart/form-data; boundary=b")
    assert request.FILES["picture"].name == kept


def test_a_very_long_name_is_cut(settings):
    request = posted(picture=file(10, "x" * 3_000 + ".jpg"))
    assert len(request.FILES["picture"].name) <= 255
    assert request.FILES["picture"].name.endswith(".jpg")
