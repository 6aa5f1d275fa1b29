"""Somebody who opens an account and uses it: plain forms, and the mails' codes."""

import re
from base64 import urlsafe_b64decode
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

import factories
from dom import forms, parse
from members.models import User
from outbox.models import Message

PASSWORD = "three small cups of tea"
EMAIL = "ada@example.com"


def member(email: str = EMAIL, password: str | None = PASSWORD, **more: Any) -> User:
    """A person who has confirmed their address."""
    user = factories.user(email=email, **more)
    user.set_password(password)
    user.save()
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


def code_of(secret: str, step: int = 0) -> str:
    """What an authenticator app shows; a step is half a minute."""
    counter = list(totp.yield_hotp_counters_from_time())[1 + step]
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def mailed_code(to: str = EMAIL) -> str:
    message = Message.objects.filter(to=to).latest("pk")
    return re.search(r"\b\d{4}-\d{4}\b", message.text)[0]


class Visitor:
    def __init__(self, prefix: str = "", client: Client | None = None) -> None:
        self.prefix, self.client = prefix, client or Client()
        cache.clear()  # what others tried too often

    def at(self, path: str) -> str:
        return f"{self.prefix}/account/{path}"

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(self.at(path), **more)

    def post(self, path: str, **fields: Any) -> Any:
        """Post to an address as it is."""
        return self.client.post(self.at(path), fields)

    def send(self, path: str, form: str = "account-form", **fields: Any) -> Any:
        """Fill in a page's form and follow where it leads."""
        answer = self.client.get(self.at(path), follow=True)
        return self.fill(answer, form, **fields)

    def fill(self, answer: Any, form: str = "account-form", **fields: Any) -> Any:
        page = parse(answer.content.decode())
        (element,) = page.xpath("//form[@id=$id]", id=form)
        (found,) = [each for each in forms(page) if each.element is element]
        here = answer.request["PATH_INFO"]
        return self.client.post(found.action or here, found.fields | fields, follow=True)

    def sign_up(self, email: str = EMAIL, password: str = PASSWORD) -> Any:
        return self.send("signup/", email=email, password1=password)

    def join(self, email: str = EMAIL, password: str = PASSWORD) -> Any:
        """Open an account, and confirm its address."""
        answer = self.sign_up(email, password)
        return self.fill(answer, code=mailed_code(email))

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> Any:
        return self.send("login/", login=email, password=password)

    def once_more(self, answer: Any, password: str = PASSWORD) -> Any:
        """Say who it is before a sensitive change, which then goes on."""
        assert answer.request["PATH_INFO"] == self.at("reauthenticate/")
        return self.fill(answer, password=password)

    def sensitive(self, path: str) -> Any:
        return self.once_more(self.client.get(self.at(path), follow=True))

    def sign_out(self) -> Any:
        return self.send("", form="account-sign-out")

    @property
    def notices(self) -> str:
        """Those that no page has shown yet: they lie in the browser."""
        cookie = self.client.cookies.get("messages")
        written = cookie.value.partition(":")[0] if cookie else ""
        return urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode()

    @property
    def signed_in(self) -> bool:
        return "_auth_user_id" in self.client.session


def heading(answer: Any) -> str:
    return parse(answer.content.decode()).findtext(".//h1").strip()


def title(answer: Any) -> str:
    return parse(answer.content.decode()).findtext(".//title").strip()
