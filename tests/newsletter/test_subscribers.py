"""Who is on the list, by whose word, and what is kept of it."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

import factories
from coupons.models import Coupon
from letters import ADA, chosen, link, mails, on_the_list
from newsletter import links
from newsletter.models import Consent, Source, Subscriber
from newsletter.tasks import forget
from outbox.models import Message

pytestmark = pytest.mark.django_db
FOOT = Source("content:home", "203.0.113.0", "2026-11")
State = Subscriber.State


def ask(email=ADA, *topics, language="en"):
    Subscriber.objects.ask(email, chosen(language, *topics), FOOT)
    return Subscriber.objects.get(email=email)


def confirm(subscriber):
    for consent in subscriber.consents.all():
        consent.confirm()
    subscriber.refresh_from_db()


def age(days):
    Consent.objects.update(asked_at=Now() - timedelta(days=days))


class TestAsking:
    def test_it_puts_nobody_on_the_list(self, topics):
        ada = ask(ADA, *topics)
        assert (ada.state, mails()) == (State.ASKED, ["confirm"])
        assert not ada.topics.exists()

    def test_it_is_noted_when_where_and_on_which_words(self, topics):
        consent = ask(ADA, topics[0], language="zh-hant").consents.get()
        assert consent.asked_at and not consent.confirmed_at
        assert (consent.page, consent.client) == ("content:home", "203.0.113.0")
        assert (consent.wording, consent.language) == ("2026-11", "zh-hant")
        assert consent.topics == [topics[0].pk]

    def test_whoever_is_on_the_list_is_told_so_and_nothing_changes(self, topics):
        ada = on_the_list()
        ada.choose(chosen("en", topics[0]), FOOT)
        ask(ADA, *topics, language="zh-hant")
        ada.refresh_from_db()
        assert (ada.language, list(ada.topics.all())) == ("en", [topics[0]])
        assert mails() == ["welcome", "on_the_list"]

    def test_twice_gives_two_links_to_one_subscriber(self):
        ask(), ask()
        assert Subscriber.objects.count() == 1
        assert Consent.objects.count() == len(mails()) == 2

    def test_a_mail_is_in_the_language_that_was_asked_in(self):
        ask(language="en"), ask(language="zh-hant")
        assert [each.language for each in Message.objects.order_by("pk")] == ["en", "zh-hant"]


class TestConfirming:
    def test_it_puts_on_the_list_what_was_chosen(self, topics):
        ada = ask(ADA, topics[1], language="zh-hant")
        confirm(ada)
        assert (ada.state, ada.language) == (State.CONFIRMED, "zh-hant")
        assert list(ada.topics.all()) == [topics[1]]
        assert ada.confirmed_at and ada.consents.get().confirmed_at

    def test_again_changes_nothing(self):
        ada = ask()
        confirm(ada)
        first = (ada.confirmed_at, mails())
        confirm(ada)
        assert (ada.confirmed_at, mails()) == first

    def test_the_link_of_a_second_mail_works_as_well_and_welcomes_once(self, offer):
        ask()
        confirm(ask())
        assert mails() == ["confirm", "confirm", "welcome"]

    def test_an_old_link_does_not_bring_back_who_has_left(self):
        ask()
        ada = ask()
        ada.consents.first().confirm()
        ada.leave()
        confirm(ada)
        assert ada.state == State.LEFT


class TestLeaving:
    def test_it_is_the_same_however_often(self):
        ada = on_the_list()
        ada.leave()
        ada.refresh_from_db()
        first = (ada.state, ada.left_at, ada.consents.get().ended_at)
        ada.leave()
        ada.refresh_from_db()
        assert (ada.state, ada.left_at, ada.consents.get().ended_at) == first
        assert first[0] == State.LEFT and all(first)

    def test_the_proof_stays(self):
        ada = on_the_list()
        ada.leave()
        assert ada.consents.get().confirmed_at

    def test_one_can_come_back(self):
        ada = on_the_list()
        ada.leave()
        confirm(ask())
        ada.refresh_from_db()
        assert (ada.state, ada.left_at) == (State.CONFIRMED, None)


class TestSuppression:
    def test_it_stops_letters_until_the_reader_confirms_anew(self):
        ada = on_the_list()
        ada.suppress(Subscriber.Reason.COMPLAINED)
        ask()
        ada.refresh_from_db()
        assert (ada.state, ada.reason) == (State.SUPPRESSED, "complained")
        assert mails()[-1] == "confirm_again"
        confirm(ada)
        assert (ada.state, ada.reason) == (State.CONFIRMED, "")

    def test_leaving_does_not_lift_it(self):
        ada = on_the_list()
        ada.suppress(Subscriber.Reason.BOUNCED)
        ada.leave()
        ada.refresh_from_db()
        assert ada.state == State.SUPPRESSED

    def test_it_survives_an_erasure(self):
        ada = on_the_list()
        ada.suppress(Subscriber.Reason.BOUNCED)
        ada.erase()
        ask()
        found = Subscriber.objects.get()
        assert (found.pk, found.state) == (ada.pk, State.SUPPRESSED)

    def test_taken_back_it_counts_as_having_left(self):
        ada = on_the_list()
        ada.suppress(Subscriber.Reason.EDITOR)
        ada.release()
        ada.refresh_from_db()
        assert (ada.state, ada.reason) == (State.LEFT, "")


class TestWelcome:
    def test_it_is_one_code_for_this_address_alone(self, offer):
        ada = on_the_list()
        code = ada.welcome
        assert (code.kind, code.percentage, code.limit) == ("order", 1000, 1)
        assert code.code in Message.objects.get().text
        assert abs(code.valid_until - ada.confirmed_at - timedelta(days=30)) < timedelta(minutes=1)

    def test_it_comes_once_ever(self, offer):
        ada = on_the_list()
        for end in (ada.leave, ada.erase):
            end()
            confirm(ask())
        assert Coupon.objects.count() == 1
        texts = [each.text for each in Message.objects.filter(kind="newsletter_welcome")]
        assert len(texts) == 3 and [ada.welcome.code in text for text in texts].count(True) == 1

    def test_without_an_offer_there_is_none_and_nothing_is_promised(self):
        assert on_the_list().welcome is None
        assert "code" not in Message.objects.get().text

    def test_the_mail_can_be_left_by_one_press(self, offer):
        ada = on_the_list()
        headers = Message.objects.get().headers
        assert set(headers) == {"List-Unsubscribe", "List-Unsubscribe-Post"}
        found = re.fullmatch(r"<http\S+/newsletter/leave/([^/]+)/>", headers["List-Unsubscribe"])
        assert links.read("leave", found[1]) == ada.pk  # signed anew in each second
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


class TestForgetting:
    def test_what_nobody_confirmed_is_dropped_with_its_address(self):
        ask()
        age(6)
        forget()
        assert Subscriber.objects.count() == 1
        age(8)
        forget()
        assert not Subscriber.objects.exists() and not Consent.objects.exists()

    def test_who_was_erased_is_so_again(self):
        ada = on_the_list()
        ada.suppress(Subscriber.Reason.BOUNCED)
        ada.erase()
        ask()
        age(8)
        forget()
        ada.refresh_from_db()
        assert (ada.email, ada.state) == (None, State.SUPPRESSED)

    def test_who_is_or_was_on_the_list_stays(self):
        on_the_list(), on_the_list("grace@example.com").leave()
        age(800)
        forget()
        assert Subscriber.objects.exclude(email=None).count() == Consent.objects.count() == 2


class TestErasure:
    def test_nothing_names_anybody_and_the_proof_stays(self, topics):
        user = factories.user()
        ada = on_the_list(member=user)
        ada.erase()
        row = Subscriber.objects.values().get()
        assert ADA not in str(row) and (row["member_id"], row["state"]) == (None, "left")
        consent = Consent.objects.get()
        assert consent.confirmed_at and consent.ended_at and consent.client is None
        assert not ada.topics.exists()


class TestConstraints:
    def test_an_address_is_one_row_in_small_letters(self):
        on_the_list()
        for email, person in [(ADA, "x"), ("Bob@example.com", "y"), (None, Subscriber().person)]:
            row = Subscriber(email=email, person=person, language="en")
            row.state = State.CONFIRMED if email is None else State.ASKED
            with pytest.raises(IntegrityError), transaction.atomic():
                row.save()

    def test_a_hash_is_one_row(self):
        ada = on_the_list()
        with pytest.raises(IntegrityError), transaction.atomic():
            Subscriber.objects.create(email="b@example.com", person=ada.person, language="en")

    def test_a_link_of_a_mail_is_found(self):
        ask()
        assert link("confirm").startswith("/newsletter/confirm/")
