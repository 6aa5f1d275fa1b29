"""Every task of an account by plain forms, and the codes of the mails, in both languages."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession

from dom import parse
from members.models import User
from outbox.models import Message
from visiting import EMAIL, PASSWORD, Visitor, code_of, heading, mailed_code, member

pytestmark = pytest.mark.slow

NEW = "four large pots of tea"


def test_an_account_is_opened_with_an_address_and_the_code_sent_there(visitor, to):
    answer = visitor.sign_up()
    assert EMAIL in answer.content.decode()
    assert not visitor.signed_in
    answer = visitor.fill(answer, code=mailed_code())
    assert answer.request["PATH_INFO"] == f"{to}/account/"
    assert visitor.signed_in and EMAIL in answer.content.decode()
    user = User.objects.get()
    assert (user.email, user.language) == (EMAIL, "zh-hant" if to else "en")
    assert Message.objects.count() == 1


def test_a_code_may_be_typed_without_its_dash_and_a_wrong_one_is_refused_in_words(visitor):
    answer = visitor.fill(visitor.sign_up(), code="0000-0000")
    assert answer.status_code == 422
    assert not visitor.signed_in
    visitor.fill(answer, code=mailed_code().replace("-", " "))
    assert visitor.signed_in


def test_three_wrong_codes_end_the_attempt(visitor):
    answer = visitor.sign_up()
    code = mailed_code()
    for _ in range(3):
        answer = visitor.fill(answer, code="0000-0000")
    assert answer.request["PATH_INFO"].endswith("/account/login/")
    said = parse(answer.text).xpath("string(//*[@id='notices-list'])")
    assert ("重新開始" if visitor.prefix else "Begin again") in said
    visitor.post("confirm-email/", code=code)
    assert not visitor.signed_in


def test_signing_in_by_password_and_out_again(visitor, to):
    member()
    assert visitor.sign_in().request["PATH_INFO"] == f"{to}/account/"
    assert visitor.signed_in
    answer = visitor.sign_out()
    assert answer.request["PATH_INFO"] == f"{to}/account/login/"
    assert not visitor.signed_in


def test_signing_in_by_a_mailed_code(visitor):
    member()
    answer = visitor.send("login/code/", email=EMAIL)
    visitor.fill(answer, code=mailed_code())
    assert visitor.signed_in
    assert Message.objects.count() == 1


def test_who_gives_up_waiting_for_a_code_begins_again(visitor, to):
    member()
    answer = visitor.send("login/code/", email="another@example.com")
    answer = visitor.fill(answer, form="account-again")
    assert answer.request["PATH_INFO"] == f"{to}/account/login/code/"


def test_a_forgotten_password_is_set_anew_by_a_mailed_code(visitor):
    user = member()
    answer = visitor.send("password/reset/", email=EMAIL)
    answer = visitor.fill(answer, code=mailed_code())
    answer = visitor.fill(answer, password1="short")
    assert answer.status_code == 422
    visitor.fill(answer, password1=NEW)
    user.refresh_from_db()
    assert user.check_password(NEW) and visitor.signed_in
    assert [each.kind for each in Message.objects.order_by("pk")] == [
        "password_reset_code",
        "password_reset",
    ]


def test_the_password_is_changed_and_other_sessions_end(visitor, to):
    user = member()
    elsewhere = Visitor(to)
    for each in (visitor, elsewhere):
        each.sign_in()
    answer = visitor.send("password/change/", oldpassword="wrong", password1=NEW)
    assert answer.status_code == 422
    visitor.fill(answer, oldpassword=PASSWORD, password1=NEW)
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert visitor.get("").status_code == 200
    assert elsewhere.get("").status_code == 302
    assert Message.objects.get().kind == "password_changed"


def test_a_member_without_a_password_sets_one(visitor):
    user = member(password=None)
    visitor.fill(visitor.send("login/code/", email=EMAIL), code=mailed_code())
    visitor.send("password/change/", password1=NEW)
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_the_address_is_changed_by_a_code_sent_to_the_new_one(visitor):
    user = member()
    visitor.sign_in()
    answer = visitor.send("email/", email="byron@example.com")
    assert not Message.objects.exists()
    answer = visitor.once_more(answer)  # and goes on with what was typed
    user.refresh_from_db()
    assert user.email == EMAIL
    visitor.fill(answer, code=mailed_code("byron@example.com"))
    user.refresh_from_db()
    assert user.email == "byron@example.com"
    told = Message.objects.get(kind="email_changed")
    assert told.to == EMAIL and "byron@example.com" in told.text


def secret(answer) -> str:
    return parse(answer.content.decode()).xpath("//code[@class='secret']")[0].text_content()


def set_up_app(visitor) -> str:
    visitor.sign_in()
    answer = visitor.sensitive("2fa/totp/activate/")
    found = secret(answer)
    answer = visitor.fill(answer, code="000000")
    assert answer.status_code == 422 and secret(answer) == found
    answer = visitor.fill(answer, code=code_of(found))
    assert len(recovery_codes(answer)) == 10
    return found


def recovery_codes(answer) -> list[str]:
    page = parse(answer.content.decode())
    return [each.text_content() for each in page.xpath("//ul[@class='recovery-codes']//code")]


def test_an_authenticator_app_is_set_up_asked_for_and_stopped(
    visitor, django_capture_on_commit_callbacks
):
    member()
    with django_capture_on_commit_callbacks(execute=True):
        found = set_up_app(visitor)
    assert Message.objects.get().kind == "totp_activated"
    visitor.sign_out()
    answer = visitor.sign_in()
    assert not visitor.signed_in
    answer = visitor.fill(answer, code="000000")
    assert answer.status_code == 422
    visitor.fill(answer, code=code_of(found, 1))
    assert visitor.signed_in
    visitor.fill(visitor.sensitive("2fa/totp/deactivate/"))
    assert not Authenticator.objects.exists()


def test_a_recovery_code_signs_in_once(visitor):
    member()
    set_up_app(visitor)
    code = recovery_codes(visitor.get("2fa/recovery-codes/"))[0]
    visitor.sign_out()
    visitor.fill(visitor.sign_in(), code=code)
    assert visitor.signed_in
    visitor.sign_out()
    answer = visitor.fill(visitor.sign_in(), code=code)
    assert answer.status_code == 422 and not visitor.signed_in


def test_recovery_codes_are_saved_as_a_file_and_made_anew(visitor):
    member()
    set_up_app(visitor)
    page = visitor.get("2fa/recovery-codes/")
    file = visitor.get("2fa/recovery-codes/download/")
    assert file["Content-Type"].startswith("text/plain")
    assert all(code in file.content.decode() for code in recovery_codes(page))
    visitor.send("2fa/recovery-codes/generate/")
    after = recovery_codes(visitor.get("2fa/recovery-codes/"))
    assert len(after) == 10 and not set(after) & set(recovery_codes(page))


def test_a_mailed_code_does_not_go_round_the_second_step(visitor):
    member()
    set_up_app(visitor)
    visitor.sign_out()
    visitor.fill(visitor.send("login/code/", email=EMAIL), code=mailed_code())
    assert not visitor.signed_in


@pytest.mark.parametrize("path", ["2fa/totp/activate/", "2fa/webauthn/add/"])
def test_a_sensitive_change_asks_who_it_is_once_more(visitor, path):
    member()
    visitor.sign_in()
    answer = visitor.client.get(visitor.at(path), follow=True)
    assert visitor.once_more(answer, "wrong").status_code == 422
    answer = visitor.once_more(answer)
    assert answer.request["PATH_INFO"] == visitor.at(path)


def test_a_change_that_was_given_up_is_not_made_at_the_next_question(visitor):
    member()
    set_up_app(visitor)
    later = Visitor(visitor.prefix)
    step = later.sign_in()
    code = RecoveryCodes.activate(User.objects.get()).get_unused_codes()[0]
    later.fill(step, code=code)
    asked = later.client.post(later.at("2fa/totp/deactivate/"), follow=True)
    assert heading(asked) == heading(later.get("reauthenticate/"))
    answer = later.sensitive("2fa/totp/deactivate/")
    assert answer.request["PATH_INFO"] == later.at("2fa/totp/deactivate/")
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()


def test_the_list_of_sessions_names_the_browser_and_ends_the_others(visitor, to):
    member()
    visitor.client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Firefox/150.0"
    elsewhere = Visitor(to)
    for each in (visitor, elsewhere):
        each.sign_in()
    page = visitor.get("sessions/").content.decode()
    assert "Firefox, Windows" in page
    assert len(re.findall("<li>\\s*<h2>", page)) == 2
    visitor.send("sessions/")
    assert visitor.get("").status_code == 200
    assert elsewhere.get("").status_code == 302
    assert UserSession.objects.count() == 1


def test_of_a_browser_that_does_not_say_its_name_no_more_is_said(visitor, to):
    member()
    visitor.client.defaults["HTTP_USER_AGENT"] = "curl/8"
    visitor.sign_in()
    found = parse(visitor.get("sessions/").text).xpath("//main//li/h2")[0].text_content()
    assert found.split()[0] == ("瀏覽器" if to else "A")


def test_every_page_has_words_of_its_own_in_its_language(visitor, to):
    member()
    visitor.sign_in()
    found = [heading(visitor.get(path)) for path in ("", "email/", "2fa/", "sessions/")]
    assert len(set(found)) == 4
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in each) == bool(to) for each in found)
