"""A browser that says neither where a form comes from nor who it is: HTML and cookies alone."""

import httpx
import pytest

import dom
import services
from factories import details
from orders.models import Order


class TextBrowser:
    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, follow_redirects=True)

    def open(self, address: str) -> None:
        self._see(self.client.get(address))

    def follow(self, address: str) -> None:
        """A link of the page."""
        assert self.page.xpath("//a[@href=$address]", address=address), address
        self.open(address)

    def send(self, action: str, **typed: str) -> None:
        """A form of the page, by a part of its address."""
        form = dom.form(self.page, action)
        self._see(self.client.post(form.action, data=form.filled(**typed)))

    def _see(self, answer: httpx.Response) -> None:
        self.answer, self.page = answer, dom.parse(answer.text)
        self.heading = " ".join(self.page.findtext(".//h1").split())


@pytest.mark.parametrize("to", ["", "/zh-hant"])
def test_a_whole_purchase_by_forms_alone(shop: services.Shop, to: str):
    browser = TextBrowser(shop.url)
    browser.open(f"{to}/")
    browser.follow(f"{to}/c/tea/")
    browser.follow(f"{to}/p/tea-cup/")
    browser.follow(f"{to}/p/tea-cup/?v=TC-CEL")
    browser.send("/cart/add/", quantity="2")
    browser.follow(f"{to}/checkout/")
    browser.send("/checkout/", **{k: v for k, v in details().items() if k != "country_code"})
    browser.send("/checkout/delivery/")
    browser.send("/checkout/review/")
    order = Order.objects.get()
    assert browser.answer.status_code == 200
    assert order.number in browser.answer.text
    assert (order.goods, order.name, order.state) == (4800, "Ada Byron", "awaiting")
    if not to:
        assert browser.heading == "Thank you, Ada Byron"


def test_a_form_whose_token_was_lost_is_sent_by_one_more_step(shop: services.Shop):
    browser = TextBrowser(shop.url)
    browser.open("/p/tea-cup/?v=TC-CEL")
    browser.client.cookies.clear()
    browser.send("/cart/add/", quantity="2")
    assert (browser.answer.status_code, browser.heading) == (403, "One more step")
    browser.send("/cart/add/")
    assert browser.heading == "Cart"
    assert browser.page.xpath("//*[@class='count']")[0].text == "2"
