"""A shopper who knows the shop's pages and nothing behind them."""

import re
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.test import Client

import factories


class Shopper:
    """Buys by plain forms, with Django's test client or over real HTTP, in one language."""

    def __init__(self, client: Any = None, prefix: str = "") -> None:
        self.client, self.prefix = client or Client(), prefix

    @classmethod
    def over_http(cls, url: str, prefix: str = "", **more: Any) -> "Shopper":
        headers = {"Sec-Fetch-Site": "same-origin"}
        return cls(httpx.Client(base_url=url, headers=headers, timeout=60, **more), prefix)

    def get(self, path: str) -> Any:
        return self.client.get(self.prefix + path)

    def post(self, path: str, **fields: Any) -> Any:
        return self.client.post(self.prefix + path, data=fields)

    def add(self, variant: Any, quantity: Any = 1) -> Any:
        return self.post("/cart/add/", variant=variant.pk, quantity=quantity)

    def use(self, code: Any) -> Any:
        """Put a coupon code on the cart."""
        return self.post("/cart/coupon/", code=str(code))

    def tell(self, **more: str) -> Any:
        """Give name and address: the first step."""
        return self.post("/checkout/", **factories.details(**more))

    def choose(self, method: Any) -> Any:
        """Choose the delivery: the second step."""
        return self.post("/checkout/delivery/", method=method.code)

    def agree(self) -> dict[str, str]:
        """Look at the last step: what its form would post."""
        page = self.get("/checkout/review/").text
        return dict(re.findall(r'<input type="hidden" name="(token|quote)" value="([^"]*)"', page))

    def place(self, **fields: str) -> Any:
        return self.post("/checkout/review/", **(fields or self.agree()))

    def buy(self, *variants: Any, method: Any, quantity: int = 1, **details: str) -> Any:
        """All of it; returns the answer to "Place order"."""
        self.prepare(*variants, method=method, quantity=quantity, **details)
        return self.place()

    def buy_with_paypal(self, *variants: Any, method: Any, **details: str) -> Any:
        """Up to PayPal's page; returns the answer that leads there."""
        self.prepare(*variants, method=method, **details)
        return self.place(**self.agree(), provider="paypal")

    def prepare(self, *variants: Any, method: Any, quantity: int = 1, **details: str) -> None:
        """All steps but the last."""
        for variant in variants:
            assert self.add(variant, quantity).status_code == 303
        assert self.tell(**details).status_code == 303
        assert self.choose(method).status_code == 303


def leads_to(answer: Any) -> str:
    """Path and query of where an answer leads."""
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
