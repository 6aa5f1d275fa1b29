"""What a stranger sees is the same whether an address has an account or not."""

from unittest.mock import patch

import pytest
from django.db import transaction
from django.test import Client

import dom
from members.models import User
from outbox.models import Message
from visiting import EMAIL, PASSWORD, Visitor, member

WRONG = "0000-0000"

pytestmark = pytest.mark.whole  # each thing that an address is asked for, by each state of it


class Stranger(Visitor):
    """Notes everything that is answered."""

    def __init__(self, prefix: str) -> None:
        super().__init__(prefix)
        self.seen: list[tuple] = []

    def note(self, answer) -> None:
        hops = [*(answer.redirect_chain if hasattr(answer, "redirect_chain") else ())]
        cookies = sorted(name for name in answer.cookies if name != "messages")
        self.seen.append((answer.status_code, hops, cookies, dom.body(answer)))

    def go(self, path: str) -> None:
        self.note(self.client.get(self.at(path), follow=True))

    def try_codes(self, answer) -> None:
        """Wrong ones, to the end, and what is open afterwards."""
        self.note(answer)
        for _ in range(3):
            answer = self.client.post(answer.request["PATH_INFO"], {"code": WRONG}, follow=True)
            self.note(answer)
        for path in ("confirm-email/", "login/code/confirm/", "password/reset/confirm/", ""):
            self.go(path)


def opens_an_account(stranger: Stranger) -> None:
    answer = stranger.sign_up()
    stranger.note(answer)
    stranger.go("login/")
    stranger.go("signup/")
    stranger.note(stranger.fill(stranger.client.get(stranger.at("confirm-email/")), code=WRONG))
    stranger.note(stranger.post("logout/"))
    for path in ("confirm-email/", "login/", "signup/", ""):
        stranger.go(path)


def tries_codes_after_opening_an_account(stranger: Stranger) -> None:
    stranger.try_codes(stranger.sign_up())


def signs_in_with_a_wrong_password(stranger: Stranger) -> None:
    for _ in range(7):  # beyond the limit
        stranger.note(stranger.sign_in(password="wrong"))


def asks_for_a_code(stranger: Stranger) -> None:
    stranger.try_codes(stranger.send("login/code/", email=EMAIL))


def asks_for_codes_too_often(stranger: Stranger) -> None:
    for _ in range(5):
        stranger.note(stranger.send("login/code/", email=EMAIL))
        stranger.post("logout/")


def signs_up_and_tries_the_password_elsewhere(stranger: Stranger) -> None:
    stranger.note(stranger.sign_up(password="of a stranger"))
    stranger.client = Client()
    stranger.note(stranger.sign_in(password="of a stranger"))


def signs_up_twice(stranger: Stranger) -> None:
    for _ in range(2):
        stranger.client = Client()
        stranger.note(stranger.sign_up())
    stranger.try_codes(stranger.client.get(stranger.at("confirm-email/")))


def forgets_the_password(stranger: Stranger) -> None:
    stranger.try_codes(stranger.send("password/reset/", email=EMAIL))


DEEDS = [
    opens_an_account,
    tries_codes_after_opening_an_account,
    signs_in_with_a_wrong_password,
    asks_for_a_code,
    asks_for_codes_too_often,
    forgets_the_password,
    signs_up_and_tries_the_password_elsewhere,
    signs_up_twice,
]


def nobody() -> None:
    """The address has no account."""


def begun() -> None:
    """Somebody has signed up with the address, and nobody has proved it."""
    Visitor().sign_up(password="of somebody else")


def seen(deed, to, known=nobody):
    """Everything answered, and how many mails went to the address."""
    with transaction.atomic():
        known()
        Message.objects.all().delete()
        stranger = Stranger(to)
        deed(stranger)
        mails = Message.objects.filter(to=EMAIL).count()
        transaction.set_rollback(True)
    return stranger.seen, mails


@pytest.mark.parametrize("known", [member, begun], ids=lambda known: known.__name__)
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_known_and_unknown_addresses_are_answered_alike(db, to, deed, known):
    unknown, mails_to_unknown = seen(deed, to)
    known, mails_to_known = seen(deed, to, known)
    assert len(known) == len(unknown)
    for one, other in zip(known, unknown, strict=True):
        assert one == other
    assert mails_to_known == mails_to_unknown
    assert mails_to_known == 0 or deed is not signs_in_with_a_wrong_password


def test_the_comparison_sees_a_difference(db, to, settings):
    """Control: with the protection off, the same deed tells."""
    settings.ACCOUNT_PREVENT_ENUMERATION = False
    assert seen(asks_for_a_code, to, member) != seen(asks_for_a_code, to)


@pytest.mark.parametrize("known", [member, begun, nobody], ids=lambda known: known.__name__)
def test_a_password_is_worked_through_whoever_signs_in_or_up(db, to, known):
    """The time that takes would tell; the rest is a few rows."""
    known()
    visitor = Visitor(to)
    with patch("django.contrib.auth.hashers.PBKDF2PasswordHasher.encode", autospec=True) as encode:
        encode.return_value = "pbkdf2_sha256$1$salt$hash"
        visitor.post("login/", login=EMAIL, password="wrong")
        at_sign_in = encode.call_count
        visitor.post("signup/", email=EMAIL, password1=PASSWORD)
    assert (at_sign_in, encode.call_count - at_sign_in) == (1, 1)


def test_the_one_mail_says_what_is_the_matter(visitor):
    visitor.send("login/code/", email=EMAIL)
    assert Message.objects.get().kind == "unknown_account"
    Message.objects.all().delete()
    member()
    Visitor(visitor.prefix).sign_up()
    assert Message.objects.get().kind == "account_already_exists"


def test_of_two_windows_that_open_the_same_account_at_once_the_slower_is_told_by_mail(visitor):
    member()
    unseen = "allauth.account.internal.flows.manage_email.assess_unique_email"
    with patch(unseen, return_value=True):  # the other one was not there yet a moment ago
        answer = visitor.sign_up()
    assert answer.status_code == 200 and EMAIL in answer.content.decode()
    assert Message.objects.get().kind == "account_already_exists"
    assert User.objects.count() == 1
