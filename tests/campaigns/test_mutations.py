"""The guards of letters to many, and for each the shortest story that goes wrong without it.

As tests/orders/test_mutations.py has it: a story is told as the shop is, and with one guard taken
away, which must be seen.
"""

import uuid
from datetime import timedelta

import pytest
from django.db.models.functions import Now

import mutations_of_letters as mutations
from campaigning import begun, of, readers, send, states, topic
from campaigns import tasks
from campaigns.fan_out import fan_out
from campaigns.ledger import Ledger
from campaigns.models import Campaign, Delivery
from letters import chosen
from newsletter.models import Source, Subscriber

pytestmark = pytest.mark.django_db


class Story:
    """Ada and Grace want letters about tea, and one is begun; nothing of it is sent."""

    def __init__(self, server):
        self.server, self.tea = server, topic()
        self.ada, self.grace = readers("ada", "grace", topics=[self.tea])
        self.letter = begun(topic=self.tea)

    def take(self):
        """Whoever held letters has died; the next one's claim, and what is held by it."""
        fan_out(self.letter.pk)
        Delivery.objects.update(claimed_until=Now() - timedelta(seconds=1))
        return (claim := uuid.uuid4()), Delivery.objects.take(self.letter.pk, claim, 10)

    def nobody_goes(self):
        claim, held = self.take()
        return [each.subscriber_id for each in held if Ledger(claim).goes(each)] == []

    def got(self):
        return sorted(to.partition("@")[0] for to, _id in self.server.accepted())


def who_is_slow_does_not_send_what_another_holds(story):
    slow, held = story.take()
    story.take()
    assert not Ledger(slow).goes(held[0])


def a_letter_goes_once_though_its_sender_says_so_twice(story):
    claim, held = story.take()
    assert [Ledger(claim).goes(held[0]) for _ in range(2)] == [True, False]


def what_is_paused_goes_no_further(story):
    story.take()
    Campaign.objects.get().pause(None)
    assert story.nobody_goes()


def who_has_left_gets_no_letter(story):
    story.take()
    story.ada.leave()
    story.grace.suppress(Subscriber.Reason.COMPLAINED)
    assert story.nobody_goes()


def who_has_moved_gets_no_letter_where_they_were(story):
    claim, held = story.take()
    for each in (story.ada, story.grace):
        Subscriber.objects.move(each.email, f"new-{each.email}", None, Source())
    assert [Ledger(claim).goes(each) for each in held] == [False, False]


def who_has_dropped_the_topic_gets_no_letter_of_it(story):
    story.take()
    for each in (story.ada, story.grace):
        each.choose(chosen("en"), Source())
    assert story.nobody_goes()


def who_reads_another_language_gets_no_letter_that_is_not_in_it(story):
    Campaign.objects.update(language="en")
    story.take()
    for each in (story.ada, story.grace):
        each.choose(chosen("zh-hant", story.tea), Source())
    assert story.nobody_goes()


def a_fan_out_that_is_begun_again_writes_nobody_twice(story):
    for _ in range(2):
        Campaign.objects.update(fanned_to=0, fanned_at=None)
        fan_out(story.letter.pk)
    assert story.letter.deliveries.count() == 2


def two_senders_hold_different_letters(story):
    fan_out(story.letter.pk)
    held = [Delivery.objects.take(story.letter.pk, uuid.uuid4(), 1)[0] for _ in range(2)]
    assert held[0] != held[1]


def a_letter_over_which_its_sender_died_is_not_sent_again(story):
    claim, held = story.take()
    Ledger(claim).goes(held[0])
    Delivery.objects.update(claimed_until=Now() - timedelta(seconds=1))
    tasks.sweep.run()
    send(story.letter)
    assert states(story.letter) == {"unknown": 1, "sent": 1} and len(story.got()) == 1


def a_server_that_refuses_everything_is_not_given_the_whole_list(story):
    readers(*(f"policy-{n}" for n in range(30)), topics=[story.tea])
    send(story.letter)
    assert story.letter.state == "paused" and states(story.letter)["pending"] == 10


def a_mailbox_that_is_lost_is_not_written_to_again(story):
    readers("refused", topics=[story.tea])
    send(story.letter)
    assert of("refused").reason == "no_mailbox"
    assert states(send(begun(topic=story.tea))) == {"sent": 2}


GUARDS = {
    "claim": (
        mutations.no_condition("AND claim = %(claim)s"),
        who_is_slow_does_not_send_what_another_holds,
    ),
    "state": (
        mutations.no_condition("AND state = 'pending'"),
        a_letter_goes_once_though_its_sender_says_so_twice,
    ),
    "look at the campaign": (
        mutations.no_condition("AND c.state = 'sending'"),
        what_is_paused_goes_no_further,
    ),
    "look at the reader": (
        mutations.no_condition("AND s.state = 'confirmed'"),
        who_has_left_gets_no_letter,
    ),
    "look at the address": (
        mutations.no_condition("AND s.email = %(email)s"),
        who_has_moved_gets_no_letter_where_they_were,
    ),
    "look at the topic": (
        mutations.no_condition("c.topic_id IS NULL", "TRUE"),
        who_has_dropped_the_topic_gets_no_letter_of_it,
    ),
    "look at the language": (
        mutations.no_condition("AND c.language IN ('', s.language)"),
        who_reads_another_language_gets_no_letter_that_is_not_in_it,
    ),
    "one letter each": (
        mutations.no_one_letter_each,
        a_fan_out_that_is_begun_again_writes_nobody_twice,
    ),
    "hold": (mutations.no_lock_on_a_handful, two_senders_hold_different_letters),
    "doubt": (
        mutations.what_is_in_doubt_is_sent_again,
        a_letter_over_which_its_sender_died_is_not_sent_again,
    ),
    "pause after refusals": (
        mutations.no_count_of_refusals,
        a_server_that_refuses_everything_is_not_given_the_whole_list,
    ),
    "suppression": (
        mutations.no_suppression,
        a_mailbox_that_is_lost_is_not_written_to_again,
    ),
}
# SQLite has the constraint within its table, and takes none away within a transaction.
MARKS = {"one letter each": pytest.mark.postgres}


@pytest.fixture
def server(sink):
    return sink()


@pytest.mark.parametrize("guard", GUARDS)
def test_with_the_guard_the_story_ends_well(guard, server):
    _, tell = GUARDS[guard]
    tell(Story(server))


@pytest.mark.parametrize(
    "guard", [pytest.param(name, marks=MARKS.get(name, ())) for name in GUARDS]
)
def test_without_the_guard_it_does_not(guard, server, monkeypatch):
    mutate, tell = GUARDS[guard]
    mutate(monkeypatch)
    with pytest.raises(AssertionError):
        tell(Story(server))
