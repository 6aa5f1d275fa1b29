"""What a letter costs the database, and that nothing is written too early."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigning import begun, handful, of, readers, states
from campaigns import sending
from campaigns.fan_out import fan_out

pytestmark = pytest.mark.django_db


def statements(number):
    readers(*(f"reader-{number}-{n}" for n in range(number)))
    made = begun()
    fan_out(made.pk)
    with CaptureQueriesContext(connection) as found:
        handful(made)
    assert states(made)["sent"] >= number
    return len(found)


def test_each_letter_costs_one_statement(mailoutbox):
    readers(1)
    few = statements(5)
    assert statements(25) - few == 25


def test_that_one_was_accepted_is_written_before_the_next_is_handed_over(mailoutbox, monkeypatch):
    readers(3)
    made, seen = begun(), []
    real = sending.Line.send

    def look(line, letter):
        seen.append(states(made))
        return real(line, letter)

    monkeypatch.setattr(sending.Line, "send", look)
    handful(made)
    assert seen == [
        {"sending": 1, "pending": 2},
        {"sent": 1, "sending": 1, "pending": 1},
        {"sent": 2, "sending": 1},
    ]
    assert states(made) == {"sent": 3}


def test_it_is_written_at_once_where_the_next_has_to_wait(mailoutbox, monkeypatch, settings):
    settings.LETTERS_PER_SECOND = 2
    readers(2)
    made, seen = begun(), []
    real = sending.time.sleep

    def look(seconds):
        seen.append(states(made).get("sent", 0))
        real(seconds)

    monkeypatch.setattr(sending.time, "sleep", look)
    handful(made)
    assert seen[-1] == 1


def test_a_letter_that_cannot_be_made_leaves_the_one_before_accepted(mailoutbox, monkeypatch):
    readers("ada", "grace")
    made = begun()
    real = sending.Letter.to

    def breaks(letter, subscriber, message_id):
        if subscriber.email == "grace@example.com":
            raise RuntimeError
        return real(letter, subscriber, message_id)

    monkeypatch.setattr(sending.Letter, "to", breaks)
    with pytest.raises(RuntimeError):
        handful(made)
    assert (of("ada").state, of("grace").state) == ("sent", "pending")
