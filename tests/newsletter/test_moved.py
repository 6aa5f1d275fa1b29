"""A member's letters go where the member has proven to be, and nobody else's go with them."""

import pytest
from allauth.account.models import EmailAddress

import factories
from coupons.models import Coupon
from letters import ADA, chosen, link, mails, on_the_list, sign_up
from newsletter.models import Source, Subscriber
from visiting import Visitor, mailed_code, member

pytestmark = pytest.mark.django_db
NEW = "byron@example.com"
State = Subscriber.State


@pytest.fixture
def ada(to):
    member()
    visitor = Visitor(to)
    visitor.sign_in()
    return visitor


def change(visitor, email=NEW):
    """What the page says at last."""
    asked = visitor.once_more(visitor.send("email/", email=email))
    answer = visitor.fill(asked, code=mailed_code(email))
    assert EmailAddress.objects.get(user__email=email).verified
    return answer.content.decode()


def of(email):
    return Subscriber.objects.get(email=email)


def says(to, en, zh):
    return zh if to else en


GO = ("Your letters go to byron@example.com from now on.", "來信今後會寄到 byron@example.com。")
END = ("Your letters do not go to byron@example.com.", "來信不會寄到 byron@example.com。")


def test_what_was_chosen_goes_along_and_the_old_address_gets_no_more(ada, to, topics, offer):
    old = on_the_list()
    old.choose(chosen("zh-hant", topics[1]), Source("newsletter:preferences", None, "2026-11"))
    assert says(to, *GO) in change(ada)
    old.refresh_from_db()
    assert old.state == State.LEFT and old.left_at
    new = of(NEW)
    assert (new.state, new.language) == ("confirmed", "zh-hant")
    assert list(new.topics.all()) == [topics[1]]
    assert new.member == old.member == EmailAddress.objects.get().user
    assert Coupon.objects.count() == 1  # that of the old address
    assert "welcome" not in mails(NEW)


def test_the_proof_is_kept_and_tells_where_it_went_on(ada):
    old = on_the_list()
    change(ada)
    assert [bool(each.ended_at) for each in old.consents.all()] == [True]
    consent = of(NEW).consents.get()
    assert (consent.wording, consent.ended_at) == ("2026-11", None)
    assert consent.confirmed_at and consent.page.startswith("account_") and consent.client


@pytest.mark.parametrize("state", ["none", "asked", "left", "suppressed"])
def test_where_there_were_no_letters_there_are_none(ada, to, state):
    if state == "asked":
        sign_up()
    elif state != "none":
        old = on_the_list()
        old.leave() if state == "left" else old.suppress(Subscriber.Reason.BOUNCED)
    said = change(ada)
    assert says(to, *GO) not in said and says(to, *END) not in said
    assert not Subscriber.objects.filter(email=NEW).exists()
    assert state == "none" or of(ADA).state == state


def test_what_waits_for_a_press_at_the_new_address_needs_none_any_more(ada, to):
    on_the_list()
    sign_up(NEW)
    change(ada)
    assert of(NEW).is_on_the_list
    path = link("confirm", NEW)
    assert ada.client.post(path).status_code == 303
    assert of(NEW).is_on_the_list and "welcome" not in mails(NEW)


def test_who_gets_letters_at_the_new_address_keeps_what_was_chosen_there(ada, to, topics):
    on_the_list()
    there = on_the_list(NEW)
    there.choose(chosen("en", topics[0]), Source())
    assert says(to, *GO) in change(ada)
    there.refresh_from_db()
    assert there.is_on_the_list and list(there.topics.all()) == [topics[0]]
    assert of(ADA).state == State.LEFT


@pytest.mark.parametrize("end", ["leave", "suppress", "erase"])
def test_letters_that_were_ended_at_the_new_address_stay_so(ada, to, end):
    on_the_list()
    there = on_the_list(NEW)
    reason = [Subscriber.Reason.COMPLAINED] if end == "suppress" else []
    getattr(there, end)(*reason)
    assert says(to, *END) in change(ada)
    there.refresh_from_db()
    assert there.state == ("suppressed" if end == "suppress" else "left")
    assert (there.email is None) == (end == "erase")
    assert of(ADA).state == State.LEFT


def test_an_address_that_was_never_proven_takes_nobodys_letters_away():
    """Mallory has begun an account with Ada's address, and an editor has put another one in."""
    mallory = factories.user(email=ADA)
    old = EmailAddress.objects.create(user=mallory, email=ADA, primary=True, verified=False)
    on_the_list()
    new = EmailAddress.objects.create(user=mallory, email=NEW, verified=True)
    tell(mallory, old, new)
    assert of(ADA).is_on_the_list and not Subscriber.objects.filter(email=NEW).exists()
    EmailAddress.objects.update(verified=True)
    new.verified, old.verified = False, True
    tell(mallory, old, new)
    assert of(ADA).is_on_the_list


def tell(user, old, new):
    from allauth.account.signals import email_changed

    email_changed.send(
        EmailAddress, request=None, user=user, from_email_address=old, to_email_address=new
    )


def test_another_spelling_of_the_same_mailbox_changes_nothing(rf):
    old = on_the_list()
    user = factories.user(email=ADA)
    assert Subscriber.objects.move(ADA, ADA, user, Source()) is None
    old.refresh_from_db()
    assert old.is_on_the_list and old.consents.count() == 1


def test_to_an_address_that_letters_cannot_go_to_none_go(ada, to):
    on_the_list()
    change(ada, '"ada"@example.com')
    assert Subscriber.objects.get().state == State.LEFT


def test_who_asks_at_the_old_address_later_may_be_somebody_else(ada):
    old = on_the_list()
    change(ada)
    sign_up()
    ada.client.post(link("confirm"))
    old.refresh_from_db()
    assert old.is_on_the_list and old.member is None
    assert of(NEW).member
