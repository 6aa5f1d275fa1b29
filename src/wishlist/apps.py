from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class WishlistConfig(AppConfig):
    name = "wishlist"
    verbose_name = _("Wishlists")

    def ready(self) -> None:
        from wishlist.signing_in import bring_along

        user_logged_in.connect(bring_along, dispatch_uid="wishlist")
