"""What a reader chooses between the fan-out and their letter holds: hours lie between them."""

import uuid
from contextlib import closing

import pytest

from campaigning import begun, of, readers, send, states, topic
from campaigns.fan_out import fan_out
from campaigns.ledger import Ledger
from campaigns.models import Delivery
from letters import chosen
from newsletter.models import Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea():
    return topic()


@pytest.fixture
def clay():
    return topic("Clay")


def test_who_drops_the_topic_gets_no_letter_of_it(mailoutbox, tea, clay):
    ada, grace, jean, _lin = readers("ada", "grace", "jean", "lin", topics=[tea, clay])
    made = begun(topic=tea)
    fan_out(made.pk)
    ada.choose(chosen("en", clay), Source())
    grace.choose(chosen("en", tea), Source())
    jean.leave()
    send(made)
    assert sorted(each.to[0] for each in mailoutbox) == ["grace@example.com", "lin@example.com"]
    assert (made.state, states(made)) == ("sent", {"sent": 2, "skipped": 2})
    assert (of("ada").reason, of("jean").reason) == ("chose_otherwise", "off_the_list")


def test_who_takes_it_up_again_in_time_gets_it(mailoutbox, tea, clay):
    [ada] = readers("ada", topics=[tea])
    made = begun(topic=tea)
    fan_out(made.pk)
    for topics in ([clay], [tea, clay]):
        ada.choose(chosen("en", *topics), Source())
    send(made)
    assert len(mailoutbox) == 1 and of("ada").state == "sent"


def test_a_letter_about_nothing_in_particular_goes_to_who_chose_no_topic(mailoutbox, tea):
    [ada] = readers("ada", topics=[tea])
    made = begun()
    fan_out(made.pk)
    ada.choose(chosen("en"), Source())
    send(made)
    assert len(mailoutbox) == 1


def test_who_reads_another_language_now_gets_no_letter_that_is_not_in_it(mailoutbox):
    ada, grace = readers("ada", "grace")
    for_some, for_all = begun(language="en"), begun()
    for made in (for_some, for_all):
        fan_out(made.pk)
    ada.choose(chosen("zh-hant"), Source())
    send(for_some)
    assert [each.to for each in mailoutbox] == [[grace.email]]
    assert for_some.deliveries.get(subscriber=ada).reason == "chose_otherwise"
    send(for_all)
    assert {each.subject for each in mailoutbox if each.to == [ada.email]} == {"新杯子"}


def test_it_holds_until_the_letter_itself_goes(tea, clay):
    """Held already, with its words worked out."""
    ada, grace = readers("ada", "grace", topics=[tea])
    made = begun(topic=tea)
    fan_out(made.pk)
    first, second = Delivery.objects.take(made.pk, claim := uuid.uuid4(), 2)
    ada.choose(chosen("en", clay), Source())
    with closing(Ledger(claim)) as ledger:
        assert not ledger.goes(first) and first.skip(claim)
        assert ledger.goes(second) and not second.skip(claim)
    assert states(made) == {"skipped": 1, "sending": 1}
