"""Editors sign in on the admin's own page; who has a second step takes it first."""

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client

from dom import parse
from visiting import EMAIL, PASSWORD, Visitor, code_of, member


def sign_in(client: Client, password: str = PASSWORD):
    fields = {"username": EMAIL, "password": password, "next": "/admin/"}
    return client.post("/admin/login/", fields)


def test_an_editor_signs_in_on_the_admins_page(db):
    member(is_staff=True)
    cache.clear()  # what others tried too often
    client = Client()
    assert "username" in client.get("/admin/login/").content.decode()
    assert sign_in(client)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_who_is_no_editor_does_not(db):
    member()
    assert sign_in(Client()).status_code == 200


def test_an_editor_with_a_second_step_is_led_to_it_and_then_to_the_admin(db):
    user = member(is_staff=True)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    editor = Visitor()
    answer = sign_in(editor.client)
    assert answer.status_code == 200 and not editor.signed_in
    (link,) = parse(answer.content.decode()).xpath("//*[@class='errornote']//a/@href")
    answer = editor.fill(editor.client.get(link), login=EMAIL, password=PASSWORD)
    assert not editor.signed_in
    answer = editor.fill(answer, code=code_of(secret))
    assert answer.request["PATH_INFO"] == "/admin/" and answer.status_code == 200


def test_passwords_are_guessed_no_faster_there(db):
    member(is_staff=True)
    editor = Visitor()
    for _ in range(6):
        sign_in(editor.client, "wrong")
    assert sign_in(editor.client).status_code == 200
    assert not editor.signed_in
