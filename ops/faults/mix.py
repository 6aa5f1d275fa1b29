"""What visitors do: look around, fill a cart, buy. Each verb is one visit of a browser."""

import re
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote, urlsplit

from browser import Answer, Browser, Failed

WORDS = ("cup", "tea", "vase", "bowl", "celadon", "brush", "mug", "茶")
PLACES = ("", "", "", "", "/zh-hant")  # one in five reads Chinese
HTMX = {"HX_Request": "true", "HX_Request_Type": "partial"}
HIDDEN = re.compile(rb'<input type="hidden" name="(token|quote)" value="([^"]*)"')
AGAIN = 3  # times that somebody presses a button which led nowhere


@dataclass
class Goods:
    """What the shop sells, as its pages name it."""

    categories: list[str]
    products: list[str]
    variants: list[int]
    method: str
    details: dict[str, str]
    paypal: str  # the simulator's address


@dataclass
class Visits:
    goods: Goods
    chance: Random = field(default_factory=lambda: Random(80))
    buyers: int = 0

    async def browse(self, browser: Browser, since: float | None = None) -> None:
        """Most pages are lists and products."""
        prefix, goods = self.chance.choice(PLACES), self.goods
        path = self.chance.choice(
            [
                f"{prefix}/",
                f"{prefix}/c/{self.chance.choice(goods.categories)}/",
                f"{prefix}/c/{self.chance.choice(goods.categories)}/",
                f"{prefix}/p/{self.chance.choice(goods.products)}/",
                f"{prefix}/p/{self.chance.choice(goods.products)}/",
                f"{prefix}/search/?q={quote(self.chance.choice(WORDS))}",
            ]
        )
        await browser.ask("browse", path, since=since)

    async def cart(self, browser: Browser, since: float | None = None) -> None:
        """Add a piece and look at the cart, or have the page changed by htmx; then change it."""
        variant = self.chance.choice(self.goods.variants)
        fields = {"variant": variant, "quantity": 1}
        htmx = HTMX if self.chance.random() < 0.5 else {}
        await browser.ask("cart", "/cart/add/", fields, since=since, **htmx)
        if not htmx:
            await browser.ask("cart", "/cart/")
        some = {"quantity": self.chance.randint(1, 5)}
        await browser.ask("cart", f"/cart/lines/{variant}/", some, **htmx)
        if self.chance.random() < 0.7:
            await browser.ask("cart", f"/cart/lines/{variant}/remove/", {}, **htmx)

    async def checkout(self, browser: Browser, since: float | None = None) -> None:
        """A whole purchase, by bank transfer or with PayPal."""
        self.buyers += 1
        me, goods = f"buyer-{self.buyers}@example.com", self.goods
        variant = self.chance.choice(goods.variants)
        await browser.ask("checkout", f"/p/{self.chance.choice(goods.products)}/", since=since)
        await browser.ask("checkout", "/cart/add/", {"variant": variant, "quantity": 1})
        await browser.ask("checkout", "/checkout/")
        await browser.ask("checkout", "/checkout/", goods.details | {"email": me})
        await browser.ask("checkout", "/checkout/delivery/", {"method": goods.method})
        review = await browser.ask("checkout", "/checkout/review/")
        form = {name.decode(): value.decode() for name, value in HIDDEN.findall(review.body)}
        form["provider"] = self.chance.choice(["paypal", "offline"])
        placed = await self._insist(browser, "/checkout/review/", form)
        if placed.leads_to.startswith(goods.paypal):
            placed = await self._pay(browser, placed.leads_to)
        await self._insist(browser, _path(placed.leads_to))

    async def _pay(self, browser: Browser, approval: str) -> Answer:
        """Press the button at the simulator, and come back."""
        payer = Browser(self.goods.paypal, browser.address)
        try:
            back = await payer.ask("paypal", _path(approval), {"choice": "approve"})
        finally:
            payer.close()
        return await self._insist(browser, _path(back.leads_to))

    async def _insist(
        self, browser: Browser, path: str, fields: dict[str, str] | None = None
    ) -> Answer:
        for _ in range(AGAIN):
            try:
                return await browser.ask("checkout", path, fields)
            except Failed:
                continue
        return await browser.ask("checkout", path, fields)


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
