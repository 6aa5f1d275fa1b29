"""Accounts are known by an email address, whatever its capitals."""

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction

from members.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough sentence"


def test_a_user_signs_in_whatever_the_capitals():
    user = User.objects.create_user("Ada@Example.com", PASSWORD)
    for email in ("Ada@Example.com", "ada@example.com", "ADA@EXAMPLE.COM"):
        assert authenticate(username=email, password=PASSWORD) == user
    assert authenticate(username="ada@example.com", password="wrong") is None


def test_an_address_has_one_account_whatever_the_capitals():
    User.objects.create_user("ada@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("ADA@example.com")


def test_a_user_without_a_password_cannot_sign_in():
    User.objects.create_user("ada@example.com")
    assert authenticate(username="ada@example.com", password="") is None
    assert authenticate(username="ada@example.com", password=None) is None


def test_a_shopper_may_not_use_the_admin(client):
    client.force_login(User.objects.create_user("ada@example.com"))
    assert client.get("/admin/").status_code == 302


def test_an_editor_adds_a_user_in_the_admin(client):
    client.force_login(User.objects.create_superuser("editor@example.com", PASSWORD))
    fields = {"email": "grace@example.com", "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post("/admin/members/user/add/", fields | {"usable_password": "true"})
    assert answer.status_code == 302
    user = User.objects.get(email="grace@example.com")
    assert user.check_password(PASSWORD)
    assert not user.is_staff
    assert client.get(f"/admin/members/user/{user.pk}/change/").status_code == 200


def test_the_admin_speaks_the_editors_language(client):
    client.force_login(User.objects.create_superuser("e@example.com", PASSWORD, language="zh-hant"))
    assert client.get("/admin/").headers["Content-Language"] == "zh-hant"
