"""Sentences such as “Added to the cart”, which wait in a cookie for the next page."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class Notices(CookieStorage):
    cookie_name = settings.NOTICES_COOKIE_NAME
