"""Find: who has a number and the address it was placed with is mailed the order's link."""

import uuid
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from orders.models import Order
from orders.models.number import as_number
from outbox.kinds import Kind
from outbox.look import written
from outbox.models import Message
from outbox.post import post

ORDER_LINK = Kind("order_link")


def find(number: str, email: str) -> Message | None:
    """Mail the link if they belong together. From outside nobody sees whether they do.

    The letter is worded either way, so that it takes as long.
    """
    order = Order.objects.of_address([email.lower()]).filter(number=as_number(number)).first()
    shown = order or Order(number=as_number(number), language=translation.get_language())
    letter = _letter(shown, shown.address.get("name", "") if order else "")
    if order is None:
        return None
    return post(f"order-link:{uuid.uuid4()}", ORDER_LINK, to=order.email, **letter)


def _letter(order: Order, name: str) -> dict[str, Any]:
    language = order.mail_language
    with translation.override(language):
        subject = gettext("The link to your order %(number)s")
        says = gettext("You asked us for the way to your order %(number)s.")
        context = {
            "name": name,
            "says": says % {"number": order.number},
            "after": gettext("If this was not you, you need do nothing."),
            "url": order.address_of("orders:detail", language),
            "url_words": gettext("See your order"),
        }
        return written("account/mail/letter", subject % {"number": order.number}, context)
