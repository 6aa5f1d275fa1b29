from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class CartConfig(AppConfig):
    name = "cart"
    verbose_name = _("Carts")

    def ready(self) -> None:
        user_logged_in.connect(_signed_in, dispatch_uid="cart")


def _signed_in(request: Any, user: Any, **_more: Any) -> None:
    """However it was: by the account's pages or by the admin's."""
    from cart.merging import Merging

    Merging(request.session, user).settle()
