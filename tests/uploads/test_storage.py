"""Files are there whole or not at all, also when the disk is full."""

import errno
import resource
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from uploads.storage import NotStored, Whole, all_or_nothing


@pytest.fixture
def storage(tmp_path):
    return Whole(location=tmp_path)


def everything(storage):
    return sorted(path.name for path in Path(storage.location).rglob("*") if path.is_file())


@contextmanager
def files_up_to(size):
    """The system lets this process write no file beyond `size` bytes: so a full disk behaves."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_is_kept_under_its_name_and_nothing_beside_it(storage):
    assert storage.save("a/cup.jpg", ContentFile(b"cup")) == "a/cup.jpg"
    assert everything(storage) == ["cup.jpg"]
    with storage.open("a/cup.jpg") as file:
        assert file.read() == b"cup"


def test_a_name_that_is_taken_in_the_same_moment_is_not_written_over(storage, monkeypatch):
    storage.save("cup.jpg", ContentFile(b"first"))
    free = iter(["cup.jpg", "cup.jpg", "cup-2.jpg"])
    monkeypatch.setattr(storage, "get_available_name", lambda *_args, **_more: next(free))
    assert storage.save("cup.jpg", ContentFile(b"second")) == "cup-2.jpg"
    with storage.open("cup.jpg") as file:
        assert file.read() == b"first"
    assert everything(storage) == ["cup-2.jpg", "cup.jpg"]


def test_on_a_full_disk_nothing_is_left_of_the_file(storage):
    with files_up_to(10_000), pytest.raises(NotStored) as full:
        storage.save("cup.jpg", ContentFile(b"x" * 200_000))
    assert full.value.errno == errno.EFBIG
    assert everything(storage) == []
    storage.save("cup.jpg", ContentFile(b"x" * 200_000))


def test_what_came_before_the_failure_goes_with_it(storage):
    storage.save("earlier.jpg", ContentFile(b"x"))
    with files_up_to(10_000), pytest.raises(NotStored), all_or_nothing():
        storage.save("small.jpg", ContentFile(b"x"))
        storage.save("large.jpg", ContentFile(b"x" * 200_000))
    with pytest.raises(ZeroDivisionError), all_or_nothing():
        storage.save("small.jpg", ContentFile(b"x"))
        _ = 1 / 0
    assert everything(storage) == ["earlier.jpg"]


def test_what_went_well_stays(storage):
    with all_or_nothing():
        storage.save("cup.jpg", ContentFile(b"x"))
    with pytest.raises(ZeroDivisionError), all_or_nothing():
        _ = 1 / 0
    assert everything(storage) == ["cup.jpg"]


@pytest.mark.parametrize("name", ["../evil.jpg", "a/../../evil.jpg", "/etc/evil.jpg"])
def test_no_name_leads_out_of_the_folder(storage, name):
    with pytest.raises(Exception, match=r"traversal|SuspiciousFileOperation|outside|located"):
        storage.save(name, ContentFile(b"x"))
    assert everything(storage) == []
