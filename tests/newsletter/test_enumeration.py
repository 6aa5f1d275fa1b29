"""What a stranger sees is the same whatever the shop knows of an address."""

from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

import dom
from letters import ADA, mails, on_the_list, sign_up
from newsletter.models import Subscriber
from visiting import member

pytestmark = pytest.mark.whole  # each thing that an address is asked for, by each state of it


def unknown():
    pass


def asked():
    sign_up()


def confirmed():
    on_the_list()


def left():
    on_the_list().leave()


def suppressed():
    on_the_list().suppress(Subscriber.Reason.COMPLAINED)


def erased():
    on_the_list().erase()


def a_member():
    member()


def seen(before, to, headers):
    """Status, headers, cookies and body of every answer, and the number of mails it caused."""
    with transaction.atomic():
        before()
        cache.clear()  # one who has asked has had one of the day's mails already
        mailed = len(mails())
        stranger = Client()
        answers = []
        for _ in range(4):  # beyond what one address is sent
            answers.append(stranger.post(f"{to}/newsletter/", {"email": ADA}, headers=headers))
            answers.append(stranger.get(f"{to}/newsletter/asked/"))
        found = [
            (each.status_code, dict(each.items()), sorted(each.cookies), dom.body(each))
            for each in answers
        ]
        mailed = len(mails()) - mailed
        transaction.set_rollback(True)
    return found, mailed


@pytest.mark.parametrize("headers", [{}, dom.HTMX], ids=["page", "part"])
@pytest.mark.parametrize(
    "before", [asked, confirmed, left, suppressed, erased, a_member], ids=lambda f: f.__name__
)
def test_every_address_is_answered_alike(db, to, before, headers):
    assert seen(before, to, headers) == seen(unknown, to, headers)


def test_it_is_three_mails_a_day(db):
    assert seen(unknown, "", {})[1] == 3


def test_the_comparison_sees_a_difference(db):
    """Control: if who is on the list were sent nothing, it would be noticed."""
    with patch("newsletter.mail.on_the_list"):
        assert seen(confirmed, "", {}) != seen(unknown, "", {})
