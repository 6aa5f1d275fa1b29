"""The page where a member makes a token: one press, one token."""

import pytest
from django.db import connections
from django.test import Client

from api.models import Token
from dom import form, parse
from races import at_once
from visiting import Visitor, member

MANY = 6
AT = "/account/tokens/add/"


def asked():
    """What a member's browser sends, and its cookies."""
    member()
    ada = Visitor()
    ada.sign_in()
    told = form(parse(ada.sensitive("tokens/add/").text), AT).fields
    return told | {"name": "Till", "scopes": ["cart"]}, ada.client.cookies


def press(told, cookies):
    browser = Client(raise_request_exception=False)
    browser.cookies = cookies.copy()
    try:
        return browser.post(AT, told).status_code
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_sent_again_makes_no_second_token():
    told, cookies = asked()
    assert [press(told, cookies) for _ in range(2)] == [200, 303]
    assert Token.objects.get().name == "Till"


@pytest.mark.postgres
def test_one_form_pressed_by_many_makes_one_token(transactional_db):
    told, cookies = asked()
    for _ in range(4):
        Token.objects.all().delete()
        answers = at_once([lambda: press(told, cookies)] * MANY)
        assert sorted(answers) == [200] + [303] * (MANY - 1)
        assert Token.objects.count() == 1
