from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from coupons.models import Coupon
from newsletter import mail
from newsletter.mail import KINDS
from newsletter.models import Subscriber
from outbox.gallery import READER
from outbox.models import Message


def reader(**more: Any) -> Subscriber:
    """In no table: the links to what they get lead to nobody."""
    return Subscriber(pk=0, email=READER, language=get_language(), **more)


def _confirm() -> Message:
    return mail.please_confirm(reader(), 0)


def _confirm_again() -> Message:
    return mail.please_confirm(reader(state=Subscriber.State.SUPPRESSED), 0)


def _on_the_list() -> Message:
    return mail.on_the_list(reader())


def _welcome() -> Message:
    until = timezone.now() + timedelta(days=90)
    return mail.welcome(reader(), Coupon(code="HELLO-7QKM3F", percentage=1000, valid_until=until))


SAMPLES = {
    KINDS["confirm"]: _confirm,
    KINDS["confirm_again"]: _confirm_again,
    KINDS["on_the_list"]: _on_the_list,
    KINDS["welcome"]: _welcome,
}
