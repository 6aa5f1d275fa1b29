import uuid
from typing import Any

from django.utils.translation import get_language, gettext

from contact import mail
from contact.models import Message, Thread
from outbox.gallery import NAME, READER


def _asked() -> tuple[Thread, Message]:
    thread = Thread.objects.create(
        once=uuid.uuid4(),
        name=NAME,
        email=READER,
        subject=gettext("The celadon cup"),
        order_number="K7QM-3F9T",
        language=get_language(),
    )
    text = gettext("Does the cup go into the dishwasher?")
    return thread, thread.messages.create(text=text, mail_id="<1@example.com>")


def _to_shop() -> Any:
    return mail.to_shop(*_asked())


def _received() -> Any:
    return mail.received(*_asked())


def _reply() -> Any:
    thread, first = _asked()
    text = gettext("Better not: the glaze would lose its shine. Warm water is enough.")
    return mail.reply(thread, thread.messages.create(text=text, from_shop=True), [first.mail_id])


SAMPLES = {mail.TO_SHOP: _to_shop, mail.RECEIVED: _received, mail.REPLY: _reply}
