"""An account that was begun, and whose address nobody has proved yet."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from members import tasks
from members.models import User
from outbox.models import Message
from races import at_once, in_a_thread
from visiting import EMAIL, PASSWORD, Visitor, mailed_code, member

pytestmark = pytest.mark.slow

THEIRS = "a password of somebody else"


@pytest.fixture
def mallory(visitor, to):
    """Has begun an account with an address that is not theirs."""
    stranger = Visitor(to)
    stranger.sign_up(password=THEIRS)
    return stranger


def by_code(visitor):
    visitor.fill(visitor.send("login/code/", email=EMAIL), code=mailed_code())


def by_reset_left_halfway(visitor):
    visitor.fill(visitor.send("password/reset/", email=EMAIL), code=mailed_code())


def by_reset(visitor):
    answer = visitor.fill(visitor.send("password/reset/", email=EMAIL), code=mailed_code())
    visitor.fill(answer, password1=PASSWORD)


def by_signing_up(visitor):
    visitor.join()


ROADS = [by_code, by_reset_left_halfway, by_reset, by_signing_up]


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.__name__)
def test_what_a_stranger_chose_opens_nothing_once_the_owner_comes(mallory, visitor, to, road):
    code = mailed_code()
    road(visitor)
    assert EmailAddress.objects.get(email=EMAIL).verified
    assert not User.objects.get().check_password(THEIRS)
    again = Visitor(to)
    assert again.sign_in(password=THEIRS).status_code == 422
    assert not again.signed_in
    mallory.post("confirm-email/", code=code)  # even the code of the stranger's own attempt
    assert not mallory.signed_in
    assert not User.objects.get().check_password(THEIRS)


@pytest.mark.parametrize("road", [by_reset, by_signing_up], ids=lambda road: road.__name__)
def test_the_password_that_holds_is_the_owners(mallory, visitor, to, road):
    road(visitor)
    assert visitor.signed_in
    assert visitor.get("").status_code == 200  # the session is of the account with that password
    later = Visitor(to)
    later.sign_in()
    assert later.signed_in


@pytest.mark.parametrize("known", [True, False])
def test_trying_the_password_at_once_tells_nothing_of_the_address(visitor, to, known):
    """Sign up with it, and try it elsewhere, without waiting."""
    if known:
        member(password="of its owner")
    visitor.sign_up(password=THEIRS)
    other = Client()
    answer = other.post(visitor.at("login/"), {"login": EMAIL, "password": THEIRS})
    assert answer.status_code == 422
    assert ("不正確" if to else "is not right") in answer.text


def test_who_begins_once_more_elsewhere_gets_a_code_that_works(visitor, to):
    visitor.sign_up(password=THEIRS)
    later = Visitor(to)
    answer = later.sign_up()
    assert {each.kind for each in Message.objects.all()} == {"email_confirmation_signup"}
    later.fill(answer, code=mailed_code())
    assert later.signed_in and User.objects.get().check_password(PASSWORD)


def test_a_code_that_came_first_is_good_too_in_its_own_window(visitor, to):
    first = visitor.sign_up()
    code = mailed_code()
    Visitor(to).sign_up(password=THEIRS)
    visitor.fill(first, code=code)
    assert visitor.signed_in and User.objects.get().check_password(PASSWORD)


def test_who_presses_twice_is_asked_for_a_code_both_times(visitor):
    cache.clear()
    fields = {"email": EMAIL, "password1": PASSWORD}
    presses = [Client().post(visitor.at("signup/"), fields) for _ in range(2)]
    assert [each.status_code for each in presses] == [302, 302]
    assert {each["Location"] for each in presses} == {visitor.at("confirm-email/")}
    assert Message.objects.filter(kind="email_confirmation_signup").count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_time_make_one_account_and_two_codes():
    cache.clear()
    fields = {"email": EMAIL, "password1": PASSWORD}

    press = in_a_thread(lambda: Client().post("/account/signup/", fields).status_code)
    assert at_once([press, press]) == [302, 302]
    assert User.objects.get().emailaddress_set.count() == 1
    assert Message.objects.filter(kind="email_confirmation_signup").count() == 2


def test_a_closed_account_is_not_opened_by_signing_up(visitor):
    user = member()
    User.objects.update(is_active=False)
    EmailAddress.objects.update(verified=False)
    answer = visitor.sign_up()
    assert answer.request["PATH_INFO"] == visitor.at("confirm-email/")
    assert Message.objects.get().kind == "account_already_exists"
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


class TestClearing:
    """What was begun with an address that nobody proves is not kept."""

    @pytest.fixture(autouse=True)
    def _a_week_later(self, mallory):
        self.user = User.objects.get()
        User.objects.update(date_joined=Now() - timedelta(days=8))
        Message.objects.update(created_at=Now() - timedelta(days=8))

    def test_it_goes_and_its_owner_can_begin_anew(self, visitor):
        tasks.clear_unproven()
        assert not User.objects.exists() and not EmailAddress.objects.exists()
        visitor.join()
        assert visitor.signed_in

    @pytest.mark.parametrize("path", ["signup/", "login/code/", "password/reset/"])
    def test_not_while_somebody_is_proving_it(self, visitor, path):
        more = {"password1": PASSWORD} if path == "signup/" else {}
        answer = visitor.send(path, email=EMAIL, **more)
        tasks.clear_unproven()
        visitor.fill(answer, code=mailed_code())
        assert EmailAddress.objects.get().verified and User.objects.get() == self.user

    @pytest.mark.parametrize(
        "change",
        [
            {"date_joined": Now() - timedelta(days=6)},
            {"last_login": Now()},
            {"is_active": False},
            {"is_staff": True},
            {"password": make_password(PASSWORD)},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_it_stays_where_it_is_young_or_somebody_else_has_made_it(self, change):
        User.objects.update(**change)
        tasks.clear_unproven()
        assert User.objects.get() == self.user

    def test_proven_ones_stay_and_those_of_other_numbers_do_not_hold_it(self):
        """Nor those without any address, as commands make them."""
        EmailAddress.objects.update(verified=True)
        User.objects.create_user("bare@example.com", date_joined=timezone.now() - timedelta(days=9))
        tasks.clear_unproven()
        assert User.objects.count() == 2
        EmailAddress.objects.update(verified=False)
        Message.objects.update(about=f"account:{self.user.pk}1:x", created_at=Now())
        tasks.clear_unproven()
        assert User.objects.get().email == "bare@example.com"

    def test_what_an_editor_has_made_stays_though_a_stranger_signs_up_with_its_address(
        self, visitor
    ):
        long_ago = timezone.now() - timedelta(days=9)
        till = User.objects.create_user("till@example.com", date_joined=long_ago)
        visitor.sign_up(email="till@example.com")
        assert EmailAddress.objects.filter(user=till, verified=False).exists()
        Message.objects.update(created_at=Now() - timedelta(days=8))
        tasks.clear_unproven()
        assert User.objects.get() == till

    def test_what_has_a_token_stays(self):
        self.user.tokens.create(name="till", scopes=["cart"], digest="0", expires_at=timezone.now())
        tasks.clear_unproven()
        assert User.objects.get() == self.user
