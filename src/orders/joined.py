"""What django-allauth tells of members: who has proved an address is given their orders."""

from typing import Any

from allauth.account.signals import email_confirmed, user_logged_in

from orders import flows


def listen() -> None:
    email_confirmed.connect(_confirmed)
    user_logged_in.connect(_signed_in)


def _confirmed(email_address: Any, **_more: Any) -> None:
    flows.link(email_address.user)


def _signed_in(user: Any, **_more: Any) -> None:
    flows.link(user)
