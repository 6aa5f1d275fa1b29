"""A form or an answer that is sent many times at once is sent once."""

import uuid

import pytest
from django.db import IntegrityError, connections

import factories
from contact.models import Event, Message, NotNow, Thread
from outbox.models import Message as Mail
from races import at_once
from writing import FIELDS, kept_files, picture

pytestmark = pytest.mark.postgres
MANY = 8


def at_the_same_time(call):
    def run():
        try:
            return call()
        except (NotNow, IntegrityError) as reason:
            return reason
        finally:
            connections.close_all()

    return at_once([run] * MANY)


def begin(once):
    told = {name: FIELDS[name] for name in ("name", "email", "subject")}
    return Thread.objects.begin(once, text="Hello", picture=picture(), language="en", **told)


def test_one_form_posted_by_many_is_one_letter_with_one_file(transactional_db):
    before, once = kept_files(), uuid.uuid4()
    found = at_the_same_time(lambda: begin(once).pk)
    assert found == [Thread.objects.get().pk] * MANY
    assert Message.objects.count() == 1 and Mail.objects.count() == 2
    assert len(kept_files() - before) == 1
    Message.objects.get().picture.delete()


def test_one_answer_pressed_by_many_goes_out_once(transactional_db):
    thread, once, editor = begin(uuid.uuid4()), uuid.uuid4(), factories.user(is_staff=True)

    def reply():
        return Thread.objects.get(pk=thread.pk).reply("It is.", editor, once).pk

    found = at_the_same_time(reply)
    assert found == [Message.objects.get(from_shop=True).pk] * MANY
    assert Mail.objects.filter(kind="reply").count() == Event.objects.count() == 1
    thread.first.picture.delete()


def test_one_closes_and_the_others_are_told(transactional_db):
    thread = begin(uuid.uuid4())
    found = at_the_same_time(lambda: Thread.objects.get(pk=thread.pk).close(None))
    assert sorted(type(each).__name__ for each in found) == ["NoneType"] + ["NotNow"] * (MANY - 1)
    assert Event.objects.count() == 1
    thread.first.picture.delete()
