"""A member's letters go where the member has proven to be, and nobody else's go with them."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

import factories
from coupons.models import Coupon
from coupons.person import Person
from dom import forms, parse
from letters import ADA, chosen, link, mails, on_the_list, sign_up
from members.models import User
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
    cache.clear()  # what was asked too often
    asked = visitor.send("email/", email=email)
    if asked.request["PATH_INFO"] == visitor.at("reauthenticate/"):
        asked = visitor.once_more(asked)
    answer = visitor.fill(asked, code=mailed_code(email))
    assert EmailAddress.objects.get(user__email=email).verified
    return answer.content.decode()


def of(email):
    return Subscriber.objects.get(email=email)


def says(to, en, zh):
    return zh if to else en


GO = (f"Your letters go to {NEW} from now on.", f"小店來信今後會寄到 {NEW}。")
END = (f"Your letters do not go to {NEW}. You can ask", f"小店來信不會寄到 {NEW}。您可以")


def test_what_was_chosen_goes_along_and_the_old_address_gets_no_more(ada, to, topics, offer):
    old = on_the_list()
    old.choose(chosen("zh-hant", topics[1]), Source("newsletter:preferences", None, "2026-11"))
    assert says(to, *GO) in change(ada)
    new = Subscriber.objects.get()
    assert (new.email, new.state, new.language) == (NEW, "confirmed", "zh-hant")
    assert list(new.topics.all()) == [topics[1]]
    assert new.member == EmailAddress.objects.get().user
    assert "welcome" not in mails(NEW)


def test_the_proof_is_kept_and_tells_where_it_went_on(ada):
    on_the_list()
    change(ada)
    old, new = of(NEW).consents.all()
    assert old.confirmed_at and old.ended_at
    assert (new.wording, new.ended_at) == ("2026-11", None)
    assert new.confirmed_at and new.page.startswith("account_") and new.client


def test_there_and_back_the_letters_go_on(ada, to):
    on_the_list()
    change(ada)
    assert says(to, GO[0], GO[1]).replace(NEW, ADA) in change(ada, ADA)
    assert of(ADA).is_on_the_list and of(ADA).member


def test_there_and_back_where_they_went_already_too(ada, to):
    on_the_list(), on_the_list(NEW)
    change(ada)
    assert says(to, *GO).replace(NEW, ADA) in change(ada, ADA)
    assert of(ADA).is_on_the_list and not Subscriber.objects.filter(email=NEW).exists()


def test_they_come_back_after_they_had_ended_elsewhere(ada, to):
    """Nobody has ended them at the first address."""
    on_the_list()
    on_the_list(NEW).leave()
    change(ada)
    ada.send("newsletter/", form="newsletter-preferences")
    assert of(NEW).is_on_the_list
    change(ada, ADA)
    assert of(ADA).is_on_the_list


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
    assert there.member == EmailAddress.objects.get().user
    assert not Subscriber.objects.filter(email=ADA).exists()


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
    assert not Subscriber.objects.filter(email=ADA).exists()


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
    said = change(ada, '"ada"@example.com')
    assert says(to, "Letters cannot go to", "無法寄到") in said
    assert says(to, "ask for them in your account", "重新訂閱") not in said
    assert Subscriber.objects.get().state == State.LEFT


@pytest.mark.parametrize("page", ["leave", "preferences"])
@pytest.mark.parametrize("there", [False, True], ids=["nothing there", "letters there"])
def test_links_of_older_letters_are_about_what_comes_now(ada, there, page):
    path = getattr(on_the_list(), f"{page}_path")
    if there:
        on_the_list(NEW)
    change(ada)
    shown = Client().get(path)
    assert 'form id="newsletter-' in shown.content.decode()
    assert NEW not in shown.content.decode()  # another may read the old mailbox now
    leaving = next(f.action for f in forms(parse(shown.content.decode())) if "leave" in f.action)
    answer = Client().post(leaving, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, of(NEW).state) == (200, "left")


def test_what_was_confirmed_at_the_old_address_does_not_tell_the_new_one(ada):
    sign_up()
    Client().post(path := link("confirm"))
    change(ada)
    assert of(NEW).is_on_the_list
    assert NEW not in Client().get(path).content.decode()


def test_who_asks_at_the_old_address_later_may_be_somebody_else(ada):
    on_the_list()
    change(ada)
    sign_up()
    assert of(ADA).member is None
    Client().post(link("confirm"))
    assert of(ADA).is_on_the_list and of(ADA).member is None
    assert of(NEW).member


def test_nor_are_they_the_member_where_the_member_had_left(ada):
    user = EmailAddress.objects.get().user
    on_the_list(member=user).leave()
    change(ada)
    assert of(ADA).member == user
    sign_up()
    assert of(ADA).member is None


def test_a_code_that_nobody_has_used_goes_along(ada, offer):
    code = on_the_list().welcome
    change(ada)
    code.refresh_from_db()
    assert not code.is_for(Person.of(ADA)) and code.is_for(Person.of(NEW))


def test_whoever_moves_to_and_fro_gets_no_more_codes_than_addresses(ada, offer):
    """Each code is used where it is for, and each address asks anew as soon as it is free."""
    on_the_list()
    for here, there in [(ADA, NEW), (NEW, ADA)] * 3:
        Coupon.objects.filter(only_for=Person.of(here).email).update(used=1)
        change(ada, there)
        on_the_list(here)
    assert Coupon.objects.count() == 2


def by_code(ada):
    asked = ada.once_more(ada.send("email/", email=NEW))
    ada.fill(asked, code=mailed_code(NEW))


def by_signing_in(ada):
    EmailAddress.objects.create(user=EmailAddress.objects.get().user, email=NEW)
    ada.sign_out()
    asked = ada.send("login/code/", email=NEW)
    ada.fill(asked, code=mailed_code(NEW))


def by_a_reset(ada):
    EmailAddress.objects.create(user=EmailAddress.objects.get().user, email=NEW)
    ada.sign_out()
    asked = ada.send("password/reset/", email=NEW)
    ada.fill(asked, code=mailed_code(NEW))


def by_choice_of_another(ada):
    user = EmailAddress.objects.get().user
    EmailAddress.objects.create(user=user, email=NEW, verified=True)
    told = {"email": NEW, "action_primary": ""}
    ada.once_more(ada.client.post(ada.at("email/"), told, follow=True))


WAYS = [by_code, by_signing_in, by_a_reset, by_choice_of_another]


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_another_address_takes_the_letters_along(ada, way):
    on_the_list()
    way(ada)
    assert EmailAddress.objects.get(primary=True).email == NEW
    assert Subscriber.objects.get().email == NEW


@pytest.mark.parametrize("way", WAYS)
def test_all_of_it_happens_or_nothing(ada, way, monkeypatch):
    on_the_list()

    def fails(*_args, **_more):
        raise RuntimeError

    monkeypatch.setattr(Subscriber, "_agree", fails)
    ada.client.raise_request_exception = False
    way(ada)
    found = EmailAddress.objects.get(primary=True)
    assert (User.objects.get().email, found.email, found.verified) == (ADA, ADA, True)
    assert of(ADA).is_on_the_list and Subscriber.objects.count() == 1
