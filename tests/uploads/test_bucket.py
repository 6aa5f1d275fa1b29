"""Uploads in an object store: a server that speaks S3, and the shop as its variables tell it."""

import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from zipfile import ZipFile

import pytest
from botocore.config import Config
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages

import factories
import hostile
from buckets import anybody, lossy
from catalog.models import Picture, Product
from catalog.tasks import render
from contact.models import Message, Thread
from contact.tasks import forget
from dom import parse
from privacy import making
from privacy.models import Export
from services import ROOT, free_port
from uploading import told, upload
from uploads import bucket, leftovers
from uploads.storage import NotStored, all_or_nothing
from visiting import member
from writing import Writer, picture

pytestmark = pytest.mark.django_db
NO_ROOM = "The file cannot be stored now. Nothing was saved"


@pytest.fixture
def away(moved):
    """Nobody listens where the store was."""
    moved(S3_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}")


@pytest.mark.whole
def test_an_editors_picture_is_shown_from_the_store(buckets, editor):
    assert "was added" in told(upload(editor, picture("a cup.jpg", hostile.noise(400, 300))))
    shown = Picture.objects.get()
    shown.render()
    addresses = [shown.image.url, shown.plain, *re.findall(r"(http\S+) \d+w", shown.avif)]
    assert len(addresses) == 3
    for address, kind in zip(addresses, ("jpeg", "webp", "avif"), strict=True):
        assert address.startswith(buckets.media_url) and "?" not in address
        answer = anybody.get(address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, f"image/{kind}")
        for_ever = "immutable" in answer.headers["Cache-Control"]
        assert for_ever is ("/renditions/" in address)
    for _again in range(2):
        with shown.image.open() as file:
            assert file.read() == anybody.get(addresses[0]).content
    page = parse(editor.get("/admin/catalog/picture/").text)
    assert shown.plain in page.xpath("//img/@src")
    assert buckets.names(buckets.private) == []


def test_a_name_that_is_taken_stays_whose_it_is(buckets, monkeypatch):
    assert default_storage.save("pictures/cup.jpg", ContentFile(b"first")) == "pictures/cup.jpg"
    second = default_storage.save("pictures/cup.jpg", ContentFile(b"second"))
    # Somebody takes it after it was looked whether it is free.
    free = iter(["pictures/cup.jpg", second, "pictures/3.jpg"])
    monkeypatch.setattr(bucket.Bucket, "get_available_name", lambda *_, **__: next(free))
    assert default_storage.save("pictures/cup.jpg", ContentFile(b"third")) == "pictures/3.jpg"
    held = {name: default_storage.open(name).read() for name in buckets.names(buckets.public)}
    assert held == {"pictures/cup.jpg": b"first", second: b"second", "pictures/3.jpg": b"third"}


@pytest.mark.whole
def test_what_people_send_is_for_the_inbox_alone(buckets, editor):
    Writer(editor).send(picture=picture())
    message = Message.objects.get()
    assert buckets.names(buckets.private) == [message.picture.name]
    assert anybody.get(f"{buckets.url}/{buckets.private}/{message.picture.name}").status_code == 403
    with pytest.raises(ValueError, match="No address"):
        _ = message.picture.url
    answer = editor.get(f"/admin/contact/thread/picture/{message.pk}/")
    assert b"".join(answer.streaming_content)[:3] == b"\xff\xd8\xff"
    buckets.client.put_object(Bucket=buckets.private, Key="contact/left.jpeg", Body=b"x")
    forget()
    assert len(buckets.names(buckets.private)) == 2
    known = {message.picture.name}
    leftovers.clear(storages["private"], "contact", known, after=timedelta())
    assert buckets.names(buckets.private) == [message.picture.name]


@pytest.mark.whole
def test_where_the_store_is_away_people_are_told_and_nothing_is_kept(away, editor):
    assert NO_ROOM in told(upload(editor, picture()))
    answer = Writer(editor).send(picture=picture())
    assert answer.status_code == 422 and "We cannot take a picture at the moment." in answer.text
    assert not Picture.objects.exists() and not Thread.objects.exists()
    for refused in (default_storage.exists, default_storage.open, default_storage.delete):
        with pytest.raises(OSError, match="Could not connect"):
            refused("pictures/cup.jpg")


def test_a_bucket_that_is_not_there_is_no_missing_file(moved):
    moved(S3_BUCKET="nobodys-bucket")
    with pytest.raises(NotStored):
        default_storage.save("cup.jpg", ContentFile(b"x"))


def test_nobody_waits_long_for_a_store_that_hangs(buckets, moved, monkeypatch):
    waits = bucket.HURRIED
    assert (waits.connect_timeout + waits.read_timeout) * waits.retries["total_max_attempts"] < 15
    monkeypatch.setattr(bucket, "HURRIED", waits.merge(Config(read_timeout=0.2)))
    moved()
    began = time.monotonic()
    with buckets.hanging(), pytest.raises(NotStored, match="[Tt]imeout|timed out"):
        default_storage.save("cup.jpg", ContentFile(b"x"))
    assert time.monotonic() - began < 10


def test_a_file_whose_answer_was_lost_is_kept_once(buckets, moved):
    with lossy(buckets.url, passed=0, lost=1) as way:
        moved(S3_ENDPOINT_URL=way)
        assert default_storage.save("cup.jpg", ContentFile(b"x")) == "cup.jpg"
    assert buckets.names(buckets.public) == ["cup.jpg"]


def test_renditions_that_the_store_did_not_take_are_made_later(buckets, moved):
    shown = factories.picture()
    with lossy(buckets.url, passed=0, lost=2) as way:
        moved(S3_ENDPOINT_URL=way)
        render.apply(args=[shown.pk])
    shown.refresh_from_db()
    moved()
    assert shown.digest and anybody.get(shown.plain).status_code == 200


@pytest.mark.whole
def test_of_two_pictures_the_first_goes_if_the_second_is_not_taken(buckets, moved, editor):
    with lossy(buckets.url, passed=1, lost=2) as way:
        moved(S3_ENDPOINT_URL=way)
        two = [picture(), picture("second.jpg")]
        answer = upload(editor, *two, address="/admin/catalog/product/add/")
    assert NO_ROOM in told(answer)
    assert not Product.objects.exists() and not Picture.objects.exists()
    assert buckets.names(buckets.public) == []


def test_what_failed_is_told_though_the_store_is_away_by_then(buckets, caplog):
    with pytest.raises(ZeroDivisionError), all_or_nothing():
        default_storage.save("cup.jpg", ContentFile(b"x"))
        default_storage.bucket_name = "nobodys-bucket"
        _ = 1 / 0
    assert "cup.jpg is left and belongs to nothing" in caplog.text


def test_a_members_file_lies_in_the_private_bucket_and_is_fetched_from_there(buckets, moved):
    ada = member()
    making.ask(ada)
    making.sweep()
    export = Export.objects.get()
    assert buckets.names(buckets.private) == [export.path]
    with ZipFile(storages["private"].open(export.path)) as zipped:
        assert "data.json" in zipped.namelist()
    moved(S3_PRIVATE_BUCKET="nobodys-bucket")
    making.ask(ada)
    making.make(export.pk)
    assert Export.objects.get().state == "failed"


def test_variables_alone_lead_to_the_store(buckets, tmp_path):
    said = """
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
default_storage.save("mail/cup.jpeg", ContentFile(b"x"))
storages["private"].save("contact/cup.jpeg", ContentFile(b"x"))
print(default_storage.url("mail/cup.jpeg"), *settings.SECURE_CSP["img-src"])
"""
    env = os.environ | buckets.env | {"DATA_DIR": str(tmp_path), "PYTHONPATH": "src"}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", said]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == f"{buckets.media_url}mail/cup.jpeg 'self' {buckets.url}\n"
    assert buckets.names(buckets.public) == ["mail/cup.jpeg"]
    assert buckets.names(buckets.private) == ["contact/cup.jpeg"]
    assert not (tmp_path / "media").exists()
