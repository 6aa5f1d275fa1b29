from django.conf import settings
from django.urls import reverse
from django.utils import translation


def _url(page: str) -> property:
    return property(lambda order: order.at(page))


class Pages:
    """The addresses of an order's pages, for who placed it."""

    number: str
    secret: str
    language: str
    keyless = False  # opened by its member, whose pages of it need no secret in their addresses

    def get_absolute_url(self) -> str:
        """The page for who placed it: the secret is part of the address."""
        return self.at("orders:detail")

    def at(self, page: str, *args: int, **more: str) -> str:
        """One of the order's pages, by its address's name, for who placed it."""
        key = {} if self.keyless else {"key": self.secret}
        return reverse(page, args=[self.number, *args], query=key | more)

    pay_url, cancel_url, change_url = (
        _url("orders:pay"),
        _url("orders:cancel"),
        _url("orders:change"),
    )
    again_url, return_url = _url("orders:again"), _url("orders:ask-return")

    def address_of(self, page: str, language: str = "", /, **more: str) -> str:
        """The same, complete and in the order's language, for who comes from elsewhere."""
        query = {"key": self.secret} | more
        with translation.override(language or self.language):
            return settings.SITE_URL + reverse(page, args=[self.number], query=query)
