"""Sessions that were planted, addresses that lead elsewhere, hosts that are not ours."""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

import kinds
from members.models import User
from outbox.models import Message
from visiting import EMAIL, PASSWORD, Visitor, mailed_code, member

pytestmark = pytest.mark.slow

HOSTILE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "///evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "https://localhost/cart/",  # a host that we answer to, and yet another one
]


def test_the_session_has_a_new_key_after_signing_in_and_the_old_one_is_gone(visitor):
    member()
    visitor.send("login/code/", email="somebody@example.com")
    visitor.post("logout/")
    planted = visitor.client.session.session_key
    attacker = Client()
    attacker.cookies[settings.SESSION_COOKIE_NAME] = planted
    visitor.sign_in()
    assert visitor.client.session.session_key != planted
    assert not Session.objects.filter(pk=planted).exists()
    assert attacker.get(visitor.at("")).status_code == 302
    assert "_auth_user_id" not in attacker.session


def test_a_key_that_was_never_a_session_does_not_become_one(visitor):
    member()
    visitor.client.cookies[settings.SESSION_COOKIE_NAME] = "planted" * 4
    visitor.sign_in()
    assert visitor.signed_in
    assert visitor.client.session.session_key != "planted" * 4


def test_the_cart_comes_along_when_one_signs_in_and_goes_when_one_signs_out(demo, to):
    member()
    ada = Visitor(to, kinds.shopper("TC-ASH"))
    ada.sign_in()
    assert ada.signed_in and "cart" not in ada.client.session
    assert '<span class="count">1</span>' in ada.get("").text
    ada.sign_out()
    left = repr(dict(ada.client.session))
    assert "cart" not in left and EMAIL not in left


def test_nor_is_it_left_in_notices_that_no_page_has_shown(demo, to):
    member()
    ada = Visitor(to)
    ada.post("login/", login=EMAIL, password=PASSWORD, next=f"{to}/c/tea/")
    ada.client.get(f"{to}/c/tea/")  # shared with everybody: it shows no notices
    assert EMAIL in ada.notices
    ada.post("logout/")
    assert ada.notices and EMAIL not in ada.notices
    assert ("您已登出" if to else "You are signed out.") in ada.get("login/").text


def test_nothing_of_an_unfinished_sign_in_is_left_after_giving_it_up(visitor):
    member()
    for path in ("login/code/", "password/reset/"):
        visitor.send(path, email=EMAIL)
        visitor.post("logout/")
    visitor.sign_up("byron@example.com")
    visitor.post("logout/")
    left = repr(dict(visitor.client.session))
    assert EMAIL not in left and "byron" not in left


@pytest.mark.parametrize("where", HOSTILE)
def test_no_form_leads_to_another_host(visitor, to, where):
    member()
    for path, fields in {
        "login/": {"login": EMAIL, "password": PASSWORD},
        "logout/": {},
        "signup/": {"email": "new@example.com", "password1": PASSWORD},
    }.items():
        answer = visitor.post(path, next=where, **fields)
        assert answer.status_code == 302
        assert answer["Location"].startswith(f"{to}/account/"), path
        assert "evil" not in answer["Location"] and "javascript" not in answer["Location"]
    visitor.post("logout/")
    visitor.client.get(visitor.at("login/"), {"next": where})
    answer = visitor.client.post(
        visitor.at("login/") + "?next=" + where, {"login": EMAIL, "password": PASSWORD}
    )
    assert answer["Location"] == f"{to}/account/"


def test_a_page_of_ours_is_led_to(visitor, to):
    member()
    answer = visitor.post("login/", next=f"{to}/cart/", login=EMAIL, password=PASSWORD)
    assert answer["Location"] == f"{to}/cart/"


def test_who_comes_to_a_page_of_an_account_is_led_there_after_signing_in(visitor, to):
    member()
    answer = visitor.client.get(visitor.at("sessions/"), follow=True)
    answer = visitor.fill(answer, login=EMAIL, password=PASSWORD)
    assert answer.request["PATH_INFO"] == f"{to}/account/sessions/"


@pytest.mark.parametrize(
    "headers", [{"Host": "localhost:9"}, {"X-Forwarded-Host": "evil.example"}], ids=str
)
def test_links_in_mails_begin_with_the_shops_own_address(visitor, to, headers):
    for path in ("password/reset/", "login/code/"):
        visitor.client.post(visitor.at(path), {"email": EMAIL}, headers=headers)
        visitor.post("logout/")
    member("known@example.com", language="zh-hant" if to else "en")
    fields = {"email": "known@example.com", "password1": PASSWORD}
    visitor.client.post(visitor.at("signup/"), fields, headers=headers)
    messages = Message.objects.all()
    assert len(messages) == 3
    for message in messages:
        for text in (message.text, message.html):
            assert f"{settings.SITE_URL}{to}/account/" in text
            assert "evil" not in text and "localhost" not in text


def test_a_host_that_is_not_ours_gets_no_answer_and_sends_no_mail(visitor):
    fields = {"email": EMAIL}
    answer = visitor.client.post(
        visitor.at("password/reset/"), fields, headers={"Host": "evil.example"}
    )
    assert answer.status_code == 400
    assert not Message.objects.exists()


READ = ["", "login/", "logout/", "signup/", "email/", "confirm-email/", "password/change/"]
READ += ["password/set/", "password/reset/", "login/code/", "sessions/", "2fa/"]
READ += ["2fa/totp/activate/", "2fa/totp/deactivate/", "2fa/recovery-codes/generate/"]
READ += ["2fa/webauthn/", "2fa/webauthn/add/", "reauthenticate/", "inactive/"]


def rows():
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator
    from allauth.usersessions.models import UserSession

    models = (User, EmailAddress, Authenticator, UserSession, Message)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("path", READ)
def test_reading_changes_nothing(visitor, path):
    member()
    visitor.sign_in()
    visitor.sensitive("2fa/totp/activate/")
    before = rows()
    for method in (visitor.client.get, visitor.client.head):
        method(visitor.at(path))
        method(visitor.at(path), {"email": EMAIL, "action_add": "1", "code": "1", "action": "on"})
    assert rows() == before
    assert visitor.signed_in


def test_a_post_from_another_site_changes_nothing(db, to):
    member()
    strict = Visitor(to, Client(enforce_csrf_checks=True))
    fields = {"login": EMAIL, "password": PASSWORD}
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert strict.client.post(strict.at("login/"), fields, headers=elsewhere).status_code == 403
    assert not strict.signed_in


def test_a_closed_account_cannot_be_entered(visitor):
    user = member()
    user.is_active = False
    user.save()
    answer = visitor.sign_in()
    assert answer.request["PATH_INFO"].endswith("/account/inactive/")
    visitor.send("login/code/", email=EMAIL)
    assert Message.objects.get().kind == "unknown_account"
    assert not visitor.signed_in


@pytest.mark.parametrize(
    "headers", [{"X-Requested-With": "XMLHttpRequest"}, {"Accept": "application/json"}], ids=str
)
@pytest.mark.parametrize("path", ["login/", "signup/", "password/reset/", "logout/"])
def test_scripts_are_answered_with_the_same_pages_as_people(visitor, path, headers):
    for send in (visitor.client.get, visitor.client.post):
        plain, scripted = send(visitor.at(path)), send(visitor.at(path), headers=headers)
        assert scripted.status_code == plain.status_code
        assert scripted["Content-Type"] == plain["Content-Type"]
        assert scripted.get("Location") == plain.get("Location")


def test_the_last_page_of_a_reset_says_nothing_that_is_not_so(visitor, to):
    answer = visitor.get("password/reset/done/")
    assert (answer.status_code, answer["Location"]) == (302, f"{to}/account/login/")


def test_what_a_person_types_is_kept_but_passwords(visitor):
    answer = visitor.post("signup/", email="ada@", password1="a secret")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="ada@"' in page and "a secret" not in page


def test_a_code_is_worth_nothing_to_somebody_else(visitor, to):
    member()
    visitor.send("login/code/", email=EMAIL)
    other = Visitor(to)
    other.post("login/code/confirm/", code=mailed_code())
    assert not other.signed_in
