"""Tokens in the admin: what a token may do its member may, so nobody makes one for another."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from api.models import Token
from calling import Caller, problem
from visiting import member

pytestmark = pytest.mark.django_db
ADD = "/admin/api/token/add/"
SECRET = re.compile(r"shop_[\w-]{40,}")


@pytest.fixture
def boss():
    """Who may do everything."""
    return member("boss@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def editor():
    """Who may do with tokens whatever there is to do, and nothing else."""
    made = member("editor@example.com", is_staff=True)
    made.user_permissions.set(Permission.objects.filter(content_type__app_label="api"))
    return made


def ask(who, whose):
    browser = Client()
    browser.force_login(who)
    told = {"member": whose.pk, "name": "Till", "scopes": ["stock", "fulfilment"], "days": 90}
    return browser.post(ADD, told, follow=True)


def test_an_editor_makes_no_token_for_another(boss, editor):
    """It would let them do what the other may."""
    answer = ask(editor, boss)
    assert not Token.objects.exists()
    assert answer.status_code == 200 and not SECRET.search(answer.text)
    assert list(answer.context["adminform"].form.errors) == ["member"]
    assert ask(editor, member()).context["adminform"].form.errors, "nor for a shopper"
    assert not Token.objects.exists()


def test_an_editors_own_token_is_shown_once_and_does_no_more_than_they_may(editor):
    answer = ask(editor, editor)
    token = Token.objects.get()
    assert (token.member, token.scopes) == (editor, ["stock", "fulfilment"])
    (secret,) = set(SECRET.findall(answer.text))
    assert Caller(token=secret).get("session/").json()["scopes"] == token.scopes
    assert problem(Caller(token=secret).get("staff/orders/")) == "not-allowed"
    browser = answer.client
    for path in ("/admin/api/token/", f"/admin/api/token/{token.pk}/change/"):
        page = browser.get(path).text
        assert token.name in page
        assert secret not in page and token.digest not in page


def test_who_may_do_everything_makes_one_for_a_colleague(boss, editor):
    (secret,) = set(SECRET.findall(ask(boss, editor).text))
    assert Token.objects.of(secret).member == editor


def test_what_a_token_may_do_is_never_changed(boss, editor):
    ask(boss, editor)
    token = Token.objects.get()
    before = Token.objects.values().get()
    browser = Client()
    browser.force_login(boss)
    told = {"member": boss.pk, "name": "Mine", "scopes": ["account"], "days": 365}
    assert browser.post(f"/admin/api/token/{token.pk}/change/", told).status_code == 403
    assert Token.objects.values().get() == before
