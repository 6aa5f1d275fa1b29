"""Many at once: one row, one place on the list, one code, one welcome."""

import threading
import time
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from coupons.models import Coupon
from letters import ADA, chosen, mails, on_the_list
from newsletter.models import Consent, Source, Subscriber, WelcomeOffer
from newsletter.tasks import forget
from races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def closing(verb):
    """A call in a thread of its own, with a connection of its own."""

    def call():
        try:
            return verb()
        finally:
            connection.close()

    return call


def ask():
    Subscriber.objects.ask(ADA, chosen(), Source())


@pytest.fixture
def offer(transactional_db):
    return WelcomeOffer.objects.create(name_en="Hi", name_zh="禮", percentage=1000, days=30)


def confirm_all_at_once():
    """Ten links of ten mails, pressed at the same moment, each three times."""
    for _ in range(10):
        ask()
    consents = list(Consent.objects.all())
    at_once([closing(each.confirm) for each in consents * 3])


def test_parallel_confirmations_give_one_code_and_one_welcome(offer):
    confirm_all_at_once()
    ada = Subscriber.objects.get()
    assert ada.is_on_the_list
    assert Coupon.objects.get() == ada.welcome
    assert mails().count("welcome") == 1


def test_control_without_the_lock_there_are_more(offer):
    with patch.object(Subscriber, "locked", lambda self: Subscriber.objects.get(pk=self.pk)):
        confirm_all_at_once()
    assert mails().count("welcome") > 1


def test_leaving_and_coming_back_meanwhile_gives_no_second_code(offer):
    ada = on_the_list()
    for _ in range(5):
        ada.leave()
        for _ in range(4):
            ask()
        consents = list(Consent.objects.filter(confirmed_at=None, ended_at=None))
        at_once([closing(each.confirm) for each in consents] + [closing(ada.leave)])
    assert Coupon.objects.count() == 1


def test_one_address_that_asks_many_times_at_once_is_one_row(transactional_db):
    at_once([closing(ask)] * 8)
    assert Subscriber.objects.get().state == "asked"
    assert Consent.objects.count() == len(mails()) == 8


def test_joining_leaving_choosing_and_erasing_at_once_block_nobody(offer):
    ada = on_the_list()

    def join():
        Subscriber.objects.join(ADA, None, chosen(), Source())

    def choose():
        ada.choose(chosen("zh-hant"), Source())

    verbs = [join, ada.leave, choose, ada.erase, ask] * 4
    at_once([closing(verb) for verb in verbs])
    assert Coupon.objects.count() == 1 and Subscriber.objects.count() == 1


def test_two_who_move_crosswise_while_others_ask_block_nobody(offer):
    new = "byron@example.com"
    on_the_list(), on_the_list(new)

    def move(*way):
        return lambda: Subscriber.objects.move(*way, None, Source())

    verbs = [move(ADA, new), move(new, ADA), ask, Subscriber.objects.get(email=new).leave] * 4
    at_once([closing(verb) for verb in verbs])
    found = Subscriber.objects.exclude(email=None).values_list("email", flat=True)
    assert set(found) <= {ADA, new} and Coupon.objects.count() == 2


def test_one_address_that_is_moved_many_times_at_once_is_moved_once(offer):
    on_the_list()
    new = "byron@example.com"
    verb = closing(lambda: Subscriber.objects.move(ADA, new, None, Source()))
    assert sorted(at_once([verb] * 8), key=str) == [None] * 7 + [True]
    assert Subscriber.objects.get().consents.filter(ended_at=None).count() == 1


def test_who_moves_to_where_others_just_ask_or_come_from_elsewhere_is_there_once(offer):
    new, others = "byron@example.com", [f"grace-{n}@example.com" for n in range(3)]
    for each in (ADA, *others):
        on_the_list(each)

    def move(old):
        return closing(lambda: Subscriber.objects.move(old, new, None, Source()))

    def ask_there():
        Subscriber.objects.ask(new, chosen(), Source())

    at_once([move(ADA), closing(ask_there), *map(move, others), closing(ask_there)])
    assert Subscriber.objects.get(state="confirmed").email == new
    assert Subscriber.objects.count() == 4 and Coupon.objects.count() == 4


@pytest.mark.parametrize("erased", [False, True], ids=["asked before", "erased before"])
def test_who_asks_while_old_requests_are_dropped_is_not_dropped_with_them(transactional_db, erased):
    ask()
    if erased:
        Subscriber.objects.get().erase()
    Consent.objects.update(asked_at=Now() - timedelta(days=8))
    has_asked = threading.Event()

    def ask_slowly():
        with transaction.atomic():
            ask()
            has_asked.set()
            time.sleep(0.5)

    def drop():
        has_asked.wait()
        forget()

    at_once([closing(ask_slowly), closing(drop)])
    ada = Subscriber.objects.get()
    ada.consents.get().confirm()
    assert mails() == ["confirm", "confirm", "welcome"]
