"""What is done with an order in the admin."""

from typing import Any

from django.utils.translation import gettext

from orders.forms import ReasonForm
from orders.models import Order
from web import deed
from web.deed import Refused, Said

__all__ = ["Deed", "Refused", "Said"]


class Deed(deed.Deed):
    model = Order
    form: type[Any] = ReasonForm

    def not_now(self) -> str:
        return gettext("That cannot be done with the order as it is now.")
