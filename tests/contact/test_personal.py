"""What a person has written is handed out whole, and forgotten whole."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.db.models.functions import Now
from django.test import TestCase

import factories
from contact import personal, tasks
from contact.models import Event, Message, Thread
from outbox.models import Message as Mail
from writing import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(db):
    return factories.user("ada@example.com")


@pytest.fixture
def threads(write, member):
    """By the verified address, by the member under another one, and a stranger's."""
    first = write("canary one", email="Ada@Example.com", picture=picture())
    second = write("canary two", email="other@example.com", member=member)
    strangers = write("Not hers", email="bea@example.com", picture=picture())
    for thread in (first, strangers):
        thread.reply("canary answer", None, thread.once)
    yield first, second, strangers
    for message in Message.objects.exclude(picture=""):
        message.picture.delete()


def test_everything_is_handed_out_and_nothing_of_others(threads, member):
    found = personal.held(member, {"ada@example.com"})
    first, second, _strangers = threads
    assert [row["pk"] for row in found["contact_thread"]] == [second.pk, first.pk]
    texts = [row["text"] for row in found["contact_message"]]
    assert sorted(texts) == ["canary answer", "canary one", "canary two"]
    assert json.loads(json.dumps(found)) == found
    [(name, file)] = personal.files(member, {"ada@example.com"})
    assert name in {row["picture"] for row in found["contact_message"]}
    with file:
        assert file.read() == first.first.picture.read()


def test_without_a_membership_the_address_alone_decides(threads):
    found = personal.held(None, {"ada@example.com"})
    assert [row["email"] for row in found["contact_thread"]] == ["ada@example.com"]
    assert personal.held(None, set()) == {"contact_thread": [], "contact_message": []}


def test_nothing_is_left_of_what_is_erased(threads, member, django_capture_on_commit_callbacks):
    erased, kept = threads[0].first.picture.name, threads[2].first.picture.name
    with django_capture_on_commit_callbacks(execute=True):
        personal.erase(member, {"ada@example.com"})
    assert list(Thread.objects.all()) == [threads[2]]
    assert set(Message.objects.values_list("thread", flat=True)) == {threads[2].pk}
    assert set(Event.objects.values_list("thread", flat=True)) == {threads[2].pk}
    mails = Mail.objects.all()
    assert sorted(mails.values_list("kind", "to")) == [
        ("received", "bea@example.com"),
        ("reply", "bea@example.com"),
        ("to_shop", settings.SHOP_EMAIL),
    ]
    assert mails.get(kind="to_shop").text.startswith("Ada Byron <bea@example.com>")
    storage = storages["private"]
    assert [storage.exists(name) for name in (erased, kept)] == [False, True]


def test_the_files_stay_if_the_rows_do(threads, member, django_capture_on_commit_callbacks):
    name = threads[0].first.picture.name
    with django_capture_on_commit_callbacks(execute=False):
        personal.erase(member, {"ada@example.com"})
    assert storages["private"].exists(name)
    storages["private"].delete(name)


def test_what_was_settled_long_ago_is_forgotten(threads, settings):
    first, second, stranger = threads
    settled = [first.pk, stranger.pk]
    Thread.objects.filter(pk__in=settled).update(state="closed")
    long_ago = timedelta(days=settings.CONTACT_KEPT_DAYS + 1)
    Message.objects.exclude(thread=stranger).update(at=Now() - long_ago)
    picture = first.first.picture
    with TestCase.captureOnCommitCallbacks(execute=True):
        tasks.forget()
    assert set(Thread.objects.all()) == {second, stranger}
    assert not picture.storage.exists(picture.name)
