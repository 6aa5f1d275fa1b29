"""Find: who has a number and the address it was placed with is mailed the order's link."""

import uuid

from django.utils import translation
from django.utils.translation import gettext

from members.mail import written
from orders.models import Order
from orders.models.order import as_number
from outbox.post import post


def find(number: str, email: str) -> None:
    """Mail the link if they belong together. From outside nobody sees whether they do.

    The letter is worded either way, so that it takes as long.
    """
    order = Order.objects.of_address([email.lower()]).filter(number=as_number(number)).first()
    shown = order or Order(number=as_number(number), language=translation.get_language())
    with translation.override(shown.mail_language):
        letter = written(
            gettext("The link to your order %(number)s") % {"number": shown.number},
            {
                "name": shown.address.get("name", "") if order else "",
                "says": gettext("You asked us for the way to your order %(number)s.")
                % {"number": shown.number},
                "after": gettext("If this was not you, you need do nothing."),
                "url": shown.address_of("orders:detail", shown.mail_language),
                "url_words": gettext("See your order"),
            },
        )
        if order:
            post(f"order-link:{uuid.uuid4()}", "order_link", to=order.email, **letter)
