"""Uses of a code are counted in one statement, within every limit, and given back once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

import factories
from coupons.models import Coupon, NotTaken, Redemption
from coupons.person import Person

pytestmark = pytest.mark.django_db
ADA, GRACE = Person.of("ada@example.com"), Person.of("grace@example.com")
HOUR = timedelta(hours=1)


def used(coupon):
    coupon.refresh_from_db()
    live = coupon.redemptions.filter(given_back_at=None).count()
    assert coupon.used == live
    return live


def take(coupon, about="A", person=ADA):
    Coupon.objects.take(coupon.code, about, person)


class TestTaking:
    def test_it_counts_a_use_for_an_order_and_a_person(self):
        coupon = factories.coupon(limit=2)
        take(coupon, "A", ADA)
        take(coupon, "B", GRACE)
        assert used(coupon) == 2
        assert set(coupon.redemptions.values_list("about", "person")) == {
            ("A", ADA.email),
            ("B", GRACE.email),
        }

    def test_beyond_its_limit_it_is_not_taken(self):
        coupon = factories.coupon(limit=1)
        take(coupon, "A", ADA)
        with pytest.raises(NotTaken) as refused:
            take(coupon, "B", GRACE)
        assert refused.value.code == coupon.code
        assert used(coupon) == 1

    @pytest.mark.parametrize(
        "more",
        [
            {"active": False},
            {"valid_from": timezone.now() + HOUR},
            {"valid_until": timezone.now() - HOUR},
            {"limit": 0},
        ],
    )
    def test_what_is_off_early_late_or_used_up_is_not_taken(self, more):
        coupon = factories.coupon(**more)
        with pytest.raises(NotTaken):
            take(coupon)
        assert used(coupon) == 0

    def test_within_its_time_it_is_taken(self):
        coupon = factories.coupon(
            valid_from=timezone.now() - HOUR, valid_until=timezone.now() + HOUR
        )
        take(coupon)
        assert used(coupon) == 1

    @pytest.mark.parametrize("hours", [-200, 200])
    def test_a_wrong_clock_of_the_server_makes_nothing_valid_or_invalid(self, monkeypatch, hours):
        now = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=hours))
        take(factories.coupon(valid_from=now - HOUR, valid_until=now + HOUR))
        with pytest.raises(NotTaken):
            take(factories.coupon(valid_until=now - HOUR))

    @pytest.mark.parametrize("email", ["ada@example.com", " ADA@Example.com "])
    def test_a_person_takes_it_only_so_often_whatever_the_capitals(self, email):
        coupon = factories.coupon(limit_per_person=1)
        take(coupon, "A", ADA)
        with pytest.raises(NotTaken):
            take(coupon, "B", Person.of(email))
        take(coupon, "C", GRACE)
        assert used(coupon) == 2

    def test_a_member_is_one_person_under_every_address(self):
        coupon = factories.coupon(limit_per_person=1)
        take(coupon, "A", Person.of("ada@example.com", 7))
        with pytest.raises(NotTaken):
            take(coupon, "B", Person.of("other@example.com", 7))
        take(coupon, "C", Person.of("grace@example.com", 8))
        take(coupon, "D", Person.of("guest@example.com"))  # a guest is no member, nor is another
        take(coupon, "E", Person.of("guest-2@example.com"))
        assert used(coupon) == 4

    def test_an_order_takes_a_code_once(self):
        coupon = factories.coupon()
        take(coupon)
        with pytest.raises(IntegrityError), transaction.atomic():
            take(coupon)
        assert used(coupon) == 1

    def test_nobody_can_be_read_from_what_is_kept(self):
        person = Person.of("ada@example.com", 7)
        take(factories.coupon(), "A", person)
        kept = Redemption.objects.values().get()
        assert not any(words in str(kept) for words in ("ada@", "example", "#7"))
        assert len(kept["person"]) == len(kept["member"]) == 64


class TestGivingBack:
    def test_it_is_once_however_often_it_is_called(self):
        coupon, other = factories.coupon(limit=2), factories.coupon(kind="delivery")
        take(coupon, "A")
        take(other, "A")
        take(coupon, "B", GRACE)
        for _ in range(3):
            Coupon.objects.give_back("A")
        assert (used(coupon), used(other)) == (1, 0)

    def test_what_was_never_taken_gives_nothing_back(self):
        coupon = factories.coupon()
        take(coupon, "A")
        Coupon.objects.give_back("B")
        assert used(coupon) == 1

    def test_what_is_given_back_can_be_taken_by_others_and_by_the_same_person(self):
        coupon = factories.coupon(limit=1, limit_per_person=1)
        take(coupon, "A")
        Coupon.objects.give_back("A")
        take(coupon, "B")
        assert used(coupon) == 1


class TestTakingAgain:
    def test_it_counts_the_uses_that_were_given_back(self):
        coupon = factories.coupon(limit=1)
        take(coupon, "A")
        Coupon.objects.give_back("A")
        for _ in range(2):
            Coupon.objects.take_again("A")
        assert used(coupon) == 1
        Coupon.objects.give_back("A")
        assert used(coupon) == 0

    def test_what_others_have_used_up_is_not_taken(self):
        coupon = factories.coupon(limit=1)
        take(coupon, "A")
        Coupon.objects.give_back("A")
        take(coupon, "B", GRACE)
        with pytest.raises(NotTaken):
            Coupon.objects.take_again("A")
        assert used(coupon) == 1

    def test_a_code_that_has_ended_since_is_taken_as_it_was_agreed_on(self):
        coupon = factories.coupon(limit=1)
        take(coupon, "A")
        Coupon.objects.give_back("A")
        Coupon.objects.update(valid_until=timezone.now() - HOUR, active=False)
        Coupon.objects.take_again("A")
        assert used(coupon) == 1


class TestConstraints:
    @pytest.mark.parametrize(
        "more",
        [
            {"percentage": 1000, "amount": 500},
            {"percentage": None, "amount": None},
            {"percentage": 0},
            {"percentage": 10_001},
            {"percentage": None, "amount": 0},
            {"code": "small"},
            {"limit": 1, "used": 2},
        ],
    )
    def test_the_database_refuses_what_makes_no_sense(self, more):
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.coupon(**more)

    def test_a_code_is_one_coupons(self):
        factories.coupon("TEA")
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.coupon("TEA")

    def test_the_counter_never_passes_the_limit(self):
        coupon = factories.coupon(limit=1)
        with pytest.raises(IntegrityError), transaction.atomic():
            Coupon.objects.filter(pk=coupon.pk).update(used=2)


class TestForOnePerson:
    def issue(self, **more):
        words = {"name_en": "Hello", "name_zh": "見面禮", "percentage": 1000}
        return Coupon.objects.issue(ADA, **words | more)

    def test_it_is_a_code_of_its_own_off_one_order(self):
        codes = [self.issue() for _ in range(3)]
        assert len({each.code for each in codes}) == 3
        assert all(len(each.code) == 14 and each.limit == 1 for each in codes)
        codes[0].full_clean()

    def test_nobody_else_can_use_it(self):
        coupon = self.issue()
        with pytest.raises(NotTaken):
            Coupon.objects.take(coupon.code, "A", GRACE)
        assert used(coupon) == 0
        Coupon.objects.take(coupon.code, "B", Person.of(" Ada@example.com", 7))
        assert used(coupon) == 1
        with pytest.raises(NotTaken):
            Coupon.objects.take(coupon.code, "C", ADA)

    def test_given_back_it_is_its_persons_still(self):
        coupon = self.issue()
        Coupon.objects.take(coupon.code, "A", ADA)
        Coupon.objects.give_back("A")
        Coupon.objects.take_again("A")
        assert used(coupon) == 1

    def test_who_it_is_cannot_be_read_from_it(self):
        assert "ada" not in str(Coupon.objects.filter(pk=self.issue().pk).values()[0]).lower()
